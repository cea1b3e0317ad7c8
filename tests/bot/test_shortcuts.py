"""The shortcuts mean the same as what they replace."""

import asyncio
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

import pytest
from jsonschema import ValidationError
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import EndpointConfig

from bot import shortcuts


def as_rasa_wrote_it(name: str) -> ModuleType:
    """A module of Rasa read anew: whoever imported the channel has put the shortcuts in the other."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RASAS_ACTION = as_rasa_wrote_it("rasa.core.actions.action").RemoteAction
RASAS_CALL = RASAS_ACTION._action_call_format
RASAS_VALIDATE = RASAS_ACTION._validate_action_result
RASAS_RUN = as_rasa_wrote_it("rasa.engine.runner.dask").DaskGraphRunner.run
RASAS_BUILD = as_rasa_wrote_it("rasa.engine.runner.dask").DaskGraphRunner._build_dask_graph
ACTION = RASAS_ACTION("action_answer", None)

GOOD = {
    "events": [{"event": "slot", "name": "subject", "value": "tpme"}],
    "responses": [{"custom": {}}],
}
BAD = [
    [],
    {"events": [{"event": "slot", "name": "subject"}], "responses": []},
    {"events": {}, "responses": []},
    {"events": [{"name": "subject"}], "responses": []},
    {"events": [{"event": "slot", "name": 3}], "responses": []},
    {"events": [], "responses": ["salam"]},
    {"events": [{"event": "no such event"}], "responses": []},
]


def test_a_good_result_is_accepted_by_both() -> None:
    assert RASAS_VALIDATE(ACTION, GOOD)
    assert shortcuts._validate_action_result(ACTION, GOOD)


@pytest.mark.parametrize("result", BAD)
def test_a_bad_result_is_refused_by_both(result: dict) -> None:
    with pytest.raises(ValidationError):
        RASAS_VALIDATE(ACTION, result)
    with pytest.raises(ValidationError):
        shortcuts._validate_action_result(ACTION, result)


def test_every_event_type_is_resolved_as_by_rasa() -> None:
    names = {e.type_name for e in all_subclasses(Event) if isinstance(e.type_name, str)}
    rasas_resolve = as_rasa_wrote_it("rasa.shared.core.events").Event.resolve_by_type
    for name in names:
        assert shortcuts._resolve_by_type(name).__name__ == rasas_resolve(name).__name__


def test_unknown_events_are_treated_as_by_rasa() -> None:
    assert shortcuts._resolve_by_type("topic") is None
    assert shortcuts._resolve_by_type("nothing", SlotSet) is SlotSet
    with pytest.raises(ValueError, match="nothing"):
        shortcuts._resolve_by_type("nothing")


def test_an_action_is_asked_as_by_rasa_but_for_the_domain_and_what_was_said_before() -> None:
    domain = Domain.from_dict({"intents": ["greet"], "actions": ["action_answer"]})
    replies = [BotUttered(data={"custom": {"messages": [n]}}) for n in range(2)]
    said = [SlotSet("subject", "tpme"), *replies, BotUttered("typing"), SlotSet("step", 2)]
    tracker = DialogueStateTracker.from_events("c1", said, domain.slots)
    asked = shortcuts._action_call_format(ACTION, tracker, domain)
    rasas = RASAS_CALL(ACTION, tracker, domain)
    assert asked["tracker"].pop("events") == [replies[1].as_dict()]
    assert len(rasas["tracker"].pop("events")) == len(said)
    assert asked == {**rasas, "domain": {}}
    nothing_said = DialogueStateTracker.from_events("c1", [])
    assert shortcuts._action_call_format(ACTION, nothing_said, domain)["tracker"]["events"] == []


class Runner:
    """A runner whose components write down that they ran."""

    def __init__(self, **needs: dict) -> None:
        self.ran: list = []
        node = {"uses": None, "constructor_name": "", "fn": "", "config": {}}
        self._graph_schema = GraphSchema(
            {n: SchemaNode(needs=of, **node) for n, of in needs.items()}
        )
        self._instantiated_nodes = {name: self.component(name) for name in needs}
        self._execution_context = None
        self._build_dask_graph = lambda schema: RASAS_BUILD(self, schema)
        self._add_inputs_to_graph = lambda inputs, graph: graph.update(
            {name: (name, value) for name, value in inputs.items()}
        )

    def component(self, name: str) -> Any:
        def run(*given: Any) -> tuple:
            self.ran.append(name)
            if "broken" in dict(given).values():
                raise RuntimeError("no good")
            return name, f"{name}({', '.join(value for _, value in given)})"

        return run


def graph() -> Runner:
    return Runner(
        intent={"m": "words", "w": "writing"},
        writing={"m": "words"},
        words={"m": "__message__"},
        policy={"m": "intent"},
    )


def test_a_graph_gives_what_rasas_runner_gives_and_runs_no_more() -> None:
    for target in ("intent", "policy", "words"):
        ours, rasas = graph(), graph()
        for text in ("salam", "bonjour"):
            given = {"__message__": text}
            found = shortcuts._run_graph(ours, given, [target])
            assert found == RASAS_RUN(rasas, given, [target])
        assert sorted(ours.ran) == sorted(rasas.ran)
        assert ours.ran.index("words") == 0


def test_a_component_that_fails_is_told_as_by_rasa() -> None:
    for run in (shortcuts._run_graph, RASAS_RUN):
        with pytest.raises(GraphRunError):
            run(graph(), {"__message__": "broken"}, ["intent"])


def test_an_endpoint_keeps_its_connections_until_its_loop_is_gone() -> None:
    endpoint = EndpointConfig("http://127.0.0.1:1")

    async def used_twice() -> Any:
        async with shortcuts._kept_session(endpoint) as first:
            pass
        async with shortcuts._kept_session(endpoint) as second:
            assert second is first
            assert not first.closed
        return first

    assert asyncio.run(used_twice()) is not asyncio.run(used_twice())


def test_a_closed_client_is_replaced() -> None:
    endpoint = EndpointConfig("http://127.0.0.1:1")

    async def closed_between() -> None:
        async with shortcuts._kept_session(endpoint) as first:
            await first.close()
        async with shortcuts._kept_session(endpoint) as second:
            assert not second.closed
            await second.close()

    asyncio.run(closed_between())
