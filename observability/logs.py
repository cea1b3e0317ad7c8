"""Logs of one shape for every process of ours: a line for people, or JSON for machines.

Log messages name ids, codes and durations, never what a visitor wrote.
"""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

from observability.tracing import trace_id
from settings import settings

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# Servers that bring handlers of their own: their lines shall look like ours.
TAKEN_OVER = ("uvicorn", "uvicorn.error", "uvicorn.access", "rasa_sdk", "sanic.root", "sanic.error")


class _OfTheProcess(logging.Filter):
    """Adds which process speaks, and in which trace."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self.process_name = process

    def filter(self, record: logging.LogRecord) -> bool:
        record.process_name, record.trace_id = self.process_name, trace_id()
        return True


def configure_logging(process: str) -> None:
    """Send every log of this process to stderr in the form that `DALIL_LOG_FORMAT` asks for."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_OfTheProcess(process))
    handler.setFormatter(
        JsonFormatter(
            f"{LINE} %(process_name)s %(trace_id)s",
            rename_fields={
                "asctime": "at",
                "levelname": "level",
                "name": "logger",
                "process_name": "process",
            },
        )
        if settings().log_format == "json"
        else logging.Formatter(LINE)
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings().log_level)
    for name in TAKEN_OVER:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
