"""Puts a newly trained assistant in the place of the present one, and the earlier one back."""

import os
import shutil
from pathlib import Path

from database.training_data import FOLDERS, learnt_path
from launch.train import mark_of_sources


def model_of(root: Path) -> Path:
    """The assistant that runs; a running Rasa takes it up when it is replaced."""
    return root / "models" / "current.tar.gz"


def is_trained(root: Path) -> bool:
    """Whether that assistant was trained from the present sources."""
    stamp = _stamp(root)
    return model_of(root).exists() and stamp.exists() and stamp.read_text() == mark_of_sources(root)


def activate(root: Path, files: dict[Path, str], candidate: Path) -> None:
    """Put the candidate and its sentences in the place of the present ones, which are kept.

    Each file changes in one step. Cut off in the middle, the next start trains what is missing.
    """
    previous = _previous(root)
    unfinished = previous.with_name("previous.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    shutil.copy2(model_of(root), unfinished)
    shutil.copy2(_stamp(root), unfinished)
    for writing, folder in FOLDERS.items():
        learnt = learnt_path(root / "data", writing)
        if learnt.exists():
            shutil.copy2(learnt, unfinished / f"{folder}.yml")
    shutil.rmtree(previous, ignore_errors=True)
    unfinished.rename(previous)
    for path, text in files.items():
        _write(path, text)
    os.replace(candidate, model_of(root))
    _write(_stamp(root), mark_of_sources(root))


def put_back(root: Path) -> bool:
    """Put back the assistant and the sentences kept by the last `activate`; False when none are."""
    previous = _previous(root)
    if not previous.is_dir():
        return False
    for writing, folder in FOLDERS.items():
        kept, learnt = previous / f"{folder}.yml", learnt_path(root / "data", writing)
        if kept.exists():
            _write(learnt, kept.read_text("utf-8"))
        else:
            learnt.unlink(missing_ok=True)
    os.replace(previous / model_of(root).name, model_of(root))
    _write(_stamp(root), (previous / _stamp(root).name).read_text())
    shutil.rmtree(previous)
    return True


def _previous(root: Path) -> Path:
    return root / "models" / "previous"


def _stamp(root: Path) -> Path:
    return root / "models" / "trained-from"


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
