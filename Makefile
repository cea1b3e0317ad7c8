# Everything goes through launch/: it finds or fetches what is missing, and says so in one line.
PYTHON ?= python3
SETUP = $(PYTHON) launch/bootstrap.py
ROOT = .venv/bin/python

.PHONY: help setup run run-scaled test browser lint lint-deploy audit sbom content evaluate bench chaos soak demo whatsapp-demo train format clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:  ## find or fetch the interpreters, build both environments from their lock files
	@$(SETUP)

run: setup  ## start the whole product at http://localhost:8000
	@$(ROOT) -m launch.run

run-scaled: setup  ## two copies of each process on PostgreSQL and Redis, behind HAProxy
	@$(ROOT) -m launch.scaled

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

lint-deploy: setup  ## check the files of deploy/ with the tools that will read them
	@.tools/bin/uv venv --quiet --allow-existing .tools/deploy
	@UV_SYSTEM_CERTS=1 .tools/bin/uv pip install --quiet --python .tools/deploy -r deploy/lint-requirements.txt
	@.venv/bin/pytest -q -rs tests/deploy/test_files.py tests/deploy/test_migrations.py

audit: setup  ## known weaknesses of what is installed, where the advisories can be reached
	@$(ROOT) -m launch.audit

sbom: setup  ## what the product is made of, as CycloneDX files in reports/
	@mkdir -p reports
	@.tools/bin/uv export --quiet --frozen --no-dev --format cyclonedx1.5 --output-file reports/sbom-main.json
	@cd bot && ../.tools/bin/uv export --quiet --frozen --no-dev --format cyclonedx1.5 --output-file ../reports/sbom-rasa.json

content: setup  ## check the facts and words in content/
	@$(ROOT) -m database.content

evaluate: setup  ## measure how well intents are understood, per writing
	@$(ROOT) -m launch.evaluate

bench: setup  ## measure the product beside stock Rasa, into reports/ (ARGS=--quick: minutes, not half an hour)
	@UV_SYSTEM_CERTS=1 UV_PROJECT_ENVIRONMENT=var/bench/env .tools/bin/uv sync --locked --quiet --group bench --python .venv/bin/python
	@var/bench/env/bin/python -m tests.load.bench $(ARGS)

chaos: setup  ## what visitors see when parts fail, into reports/ (ARGS=--quick: the four most frequent)
	@$(ROOT) -m tests.load.chaos $(ARGS)

soak: setup  ## memory and open files over an hour, into reports/ (ARGS='--minutes 5' for less)
	@UV_SYSTEM_CERTS=1 UV_PROJECT_ENVIRONMENT=var/bench/env .tools/bin/uv sync --locked --quiet --group bench --python .venv/bin/python
	@var/bench/env/bin/python -m tests.load.soak $(ARGS)

demo: setup  ## the whole product with a month of invented conversations, for a look at the console
	@$(ROOT) -m launch.demo

whatsapp-demo: setup  ## a phone-like page to type as a WhatsApp user, against a stand-in for Meta
	@$(ROOT) -m launch.whatsapp_demo

train: setup  ## train the assistant, if what it learns from changed
	@$(ROOT) -m launch.train

format: setup  ## put the code in its one format
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

clean:  ## remove what was built; keeps the database
	rm -rf .venv bot/.venv .tools models .rasa
