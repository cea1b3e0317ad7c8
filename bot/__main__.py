"""Rasa's command line without TensorFlow: `python -m bot run …`, as `python -m rasa run …`.

Rasa imports TensorFlow whatever the pipeline: 360 MB and half the work of starting, for models that
have no neural network (see config.yml). Here it finds a stand-in, which bears being imported and
subclassed; whoever would compute with it is told so. Serving only: what trains or tests neural
components is started as `python -m rasa`.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Optional, Sequence

LEFT_OUT = ("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras")


class _StandIn(type):
    """A class of which any attribute is another one like it, and that makes nothing."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _StandIn(name, (), {"__module__": cls.__module__})

    def __call__(cls, *given: Any, **named: Any) -> Any:
        raise RuntimeError(
            f"{cls.__module__}.{cls.__qualname__}: TensorFlow is left out of this server; "
            "start it as `python -m rasa` to serve neural networks."
        )


class _StandInModule(ModuleType):
    """A module in which any name is a stand-in."""

    __path__: Sequence[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _StandIn(name, (), {"__module__": self.__name__})


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Optional[ModuleSpec]:
        if name.partition(".")[0] not in LEFT_OUT:
            return None
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to execute."""


def leave_tensorflow_out() -> None:
    """From now on an import of TensorFlow finds the stand-in."""
    sys.meta_path.insert(0, _Finder())


if __name__ == "__main__":
    leave_tensorflow_out()
    from rasa.__main__ import main

    main()
