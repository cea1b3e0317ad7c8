"""What Rasa 3.6.21 does anew at every turn, done once or not at all.

Profiled under load, two thirds of a turn went into checking each action result: `jsonschema.validate`
first checks its own schema. For each event it reads, Rasa walks all subclasses of `Event`. For each
run of its graph it lets dask find the order of the components again, which takes longer than most of
them. For each call of an action it opens a connection, and sends the whole domain, which ours never
read, and every event, of which they read what was said last. All keep their meaning here; only the
repetition goes. The channel installs them when it is loaded.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import Any, AsyncIterator, Dict, List, Optional, Sequence, Tuple, Type

import aiohttp
import rasa
from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import EndpointConfig

# A component, its name, and the names of what it needs.
Step = Tuple[str, GraphNode, Tuple[str, ...]]
_open_session = EndpointConfig.session


def install() -> None:
    """Put the shortcuts in the place of Rasa's own methods."""
    RemoteAction._action_call_format = _action_call_format
    RemoteAction._validate_action_result = _validate_action_result
    Event.resolve_by_type = staticmethod(_resolve_by_type)
    DaskGraphRunner.run = _run_graph
    EndpointConfig.session = _kept_session


def _run_graph(
    runner: DaskGraphRunner,
    inputs: Optional[Dict[str, Any]] = None,
    targets: Optional[List[str]] = None,
) -> Dict[str, Any]:
    """What the components named `targets` give for `inputs`, each run after what it needs.

    Raises `GraphRunError` when a component raises `RuntimeError`, as Rasa's own method does.
    """
    wanted = tuple(targets or runner._graph_schema.target_names)
    found = {name: (name, value) for name, value in (inputs or {}).items()}
    try:
        for name, node, needed in _steps(runner, wanted):
            found[name] = node(*(found.get(each, each) for each in needed))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(found[name] for name in wanted)


def _steps(runner: DaskGraphRunner, targets: Tuple[str, ...]) -> Sequence[Step]:
    """The components that lead to `targets`, in an order in which they can run; found once."""
    kept: Dict[Tuple[str, ...], List[Step]] = runner.__dict__.setdefault("steps_found", {})
    if targets not in kept:
        nodes = runner._graph_schema.minimal_graph_schema(list(targets)).nodes
        needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
        order = TopologicalSorter(needs).static_order()
        kept[targets] = [
            (name, runner._instantiated_nodes[name], needs[name]) for name in order if name in nodes
        ]
    return kept[targets]


@asynccontextmanager
async def _kept_session(endpoint: EndpointConfig) -> AsyncIterator[aiohttp.ClientSession]:
    """The client of an endpoint, which stays open with its connections from one call to the next."""
    kept: Optional[aiohttp.ClientSession] = endpoint.__dict__.get("session_kept")
    if kept is None or kept.closed or kept._loop is not asyncio.get_running_loop():
        kept = endpoint.__dict__["session_kept"] = _open_session(endpoint)
    yield kept


def _action_call_format(
    action: RemoteAction, tracker: DialogueStateTracker, _domain: Domain
) -> Dict[str, Any]:
    """What the action server is asked: the tracker, and a domain that is empty (it must be there).

    Of the events it gets the last reply alone, which "repeat" and "source" go back to.
    """
    last_reply = next(
        (
            event.as_dict()
            for event in reversed(tracker.events)
            if isinstance(event, BotUttered) and event.data.get("custom")
        ),
        None,
    )
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": {**tracker.current_state(), "events": [last_reply] if last_reply else []},
        "version": rasa.__version__,
        "domain": {},
    }


def _validate_action_result(_action: RemoteAction, result: Dict[str, Any]) -> bool:
    """True when the action server's answer has the expected shape.

    Raises `jsonschema.ValidationError` when it has not, as Rasa's own method does.
    """
    if _is_plain(result):
        return True
    error = best_match(_result_validator().iter_errors(result))
    if error is not None:
        raise error
    return True


def _is_plain(result: Any) -> bool:
    """Whether a result is what ours are, messages and slots, for which no schema need be walked."""
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events"), result.get("responses")
    return (
        isinstance(events, list)
        and isinstance(responses, list)
        and all(isinstance(response, dict) for response in responses)
        and all(
            isinstance(event, dict)
            and event.get("event") == "slot"
            and isinstance(event.get("name"), str)
            and "value" in event
            for event in events
        )
    )


@lru_cache(maxsize=None)
def _result_validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    validator = validator_for(schema)
    validator.check_schema(schema)
    return validator(schema)


@lru_cache(maxsize=None)
def _event_types() -> Dict[str, Type[Event]]:
    types: Dict[str, Type[Event]] = {}
    for event_type in all_subclasses(Event):
        types.setdefault(getattr(event_type, "type_name", None), event_type)
    return types


def _resolve_by_type(
    type_name: str, default: Optional[Type[Event]] = None
) -> Optional[Type[Event]]:
    """The class of events with this type name. Raises `ValueError` for an unknown one."""
    found = _event_types().get(type_name, default)
    if found is None and type_name != "topic":
        raise ValueError(f"Unknown event name '{type_name}'.")
    return found
