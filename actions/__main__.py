"""The action server in one process: `python -m actions --port 5055`.

rasa_sdk's own command puts a manager beside its worker, which loads the content, the index and the
sentence vectors a second time and asks after its one worker ten times a second.
"""

import argparse
import os

from rasa_sdk.endpoint import create_app_for_serve
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic


def main() -> None:
    """Serve the actions until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m actions")
    parser.add_argument("--port", type=int, default=5055)
    asked = parser.parse_args()
    executor = ActionExecutor()
    executor.register_package("actions.replies")
    app = create_app_for_serve(executor)
    app.prepare(
        host=os.environ.get("SANIC_HOST", "127.0.0.1"), port=asked.port, single_process=True
    )
    Sanic.serve_single(app)


if __name__ == "__main__":
    main()
