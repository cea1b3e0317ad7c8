# Everything goes through launch/: it finds or fetches what is missing, and says so in one line.
PYTHON ?= python3
SETUP = $(PYTHON) launch/bootstrap.py
ROOT = .venv/bin/python

.PHONY: help setup run test browser lint content evaluate whatsapp-demo train format clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:  ## find or fetch the interpreters, build both environments from their lock files
	@$(SETUP)

run: setup  ## start the whole product at http://localhost:8000
	@$(ROOT) -m launch.run

test: setup  ## every test that needs no outside service
	@$(ROOT) -m launch.test

browser: setup  ## get Chromium for the chat's browser tests, where Debian's packages are at hand
	@$(ROOT) -m launch.browser

lint: setup  ## format, lint, types, content, and Rasa's own validation
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(ROOT) -m database.content
	@$(ROOT) -m launch.rasa data validate --fail-on-warnings

content: setup  ## check the facts and words in content/
	@$(ROOT) -m database.content

evaluate: setup  ## measure how well intents are understood, per writing
	@$(ROOT) -m launch.evaluate

whatsapp-demo: setup  ## a phone-like page to type as a WhatsApp user, against a stand-in for Meta
	@$(ROOT) -m launch.whatsapp_demo

train: setup  ## train the assistant, if what it learns from changed
	@$(ROOT) -m launch.train

format: setup  ## put the code in its one format
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

clean:  ## remove what was built; keeps the database
	rm -rf .venv bot/.venv .tools models .rasa
