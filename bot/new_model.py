"""Takes up a newly trained model while the server runs: whoever writes meanwhile is answered by the old one.

A server that started on a broken file, and so without a model, takes up the first sound one put there.
Rasa's own ways are its HTTP API, which stays closed here, and a server to fetch models from.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import tarfile
from json import load
from pathlib import Path
from typing import Any, Optional, Sequence

logger = logging.getLogger(__name__)
LOOKS_EVERY_SECONDS = 5.0


def watch(app: Any, loop: asyncio.AbstractEventLoop) -> None:
    """Begin to look whether the model's file is replaced."""
    _set_aside()
    app.add_task(_keep_up(app))


async def _keep_up(app: Any) -> None:
    seen: Any = None
    while True:
        await asyncio.sleep(LOOKS_EVERY_SECONDS)
        agent = app.ctx.agent
        if agent is None:
            continue
        path = agent.processor.model_path if agent.is_ready() else model_asked_for(sys.argv)
        mark = _mark_of(path)
        if mark is not None and mark != seen:
            seen = mark
            await take_up(agent, path)


def model_asked_for(arguments: Sequence[str]) -> Path:
    """The file that this server was told to run; Rasa forgets it when it cannot be loaded."""
    return Path(arguments[arguments.index("--model") + 1])


async def take_up(agent: Any, path: Path) -> bool:
    """Let `agent` go on with the model at `path`; False when it is the one it has, or unreadable.

    Loading happens in a thread, so that turns are answered meanwhile.
    """
    loop = asyncio.get_running_loop()
    try:
        if await loop.run_in_executor(None, model_id, path) == agent.model_id:
            return False
        await loop.run_in_executor(None, agent.load_model, path)
        gc.unfreeze()
        _set_aside()
    except Exception:
        logger.exception("the new model cannot be loaded; what there was goes on")
        return False
    logger.warning("a new model was taken up: %s", agent.model_id)
    return True


def _set_aside() -> None:
    """Leave what is loaded by now out of the search for garbage, which would walk all of it in turns."""
    gc.collect()
    gc.freeze()


def model_id(path: Path) -> Optional[str]:
    """The name that Rasa gave a trained model."""
    with tarfile.open(path) as files:
        for member in files:
            content = files.extractfile(member)
            if Path(member.name).name == "metadata.json" and content is not None:
                return str(load(content)["model_id"])
    return None


def _mark_of(path: Path) -> Any:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
