"""A model that replaces the present one is taken up while the server runs; a broken one is not."""

import asyncio
import io
import json
import tarfile
from pathlib import Path

import pytest

from bot import new_model
from bot.new_model import model_id, take_up


class Agent:
    """An assistant that loads models without looking into them."""

    def __init__(self) -> None:
        self.model_id = "first"
        self.loaded = 0

    def load_model(self, path: Path) -> None:
        self.loaded += 1
        self.model_id = model_id(path)


def write_model(path: Path, name: str) -> None:
    """A trained model, as far as its name."""
    content = json.dumps({"model_id": name}).encode()
    with tarfile.open(path, "w:gz") as files:
        member = tarfile.TarInfo("./metadata.json")
        member.size = len(content)
        files.addfile(member, io.BytesIO(content))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "current.tar.gz"
    write_model(path, "first")
    return path


def test_the_model_that_is_loaded_already_is_left_alone(model: Path) -> None:
    agent = Agent()
    assert asyncio.run(take_up(agent, model)) is False
    assert agent.loaded == 0


def test_another_model_is_taken_up(model: Path) -> None:
    agent = Agent()
    write_model(model, "second")
    assert asyncio.run(take_up(agent, model)) is True
    assert agent.model_id == "second"


def test_a_file_that_is_no_model_leaves_the_old_one_at_work(model: Path) -> None:
    agent = Agent()
    model.write_bytes(b"half a model")
    assert asyncio.run(take_up(agent, model)) is False
    assert (agent.model_id, agent.loaded) == ("first", 0)


def test_a_server_that_started_on_a_broken_file_takes_up_the_sound_one(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_model, "LOOKS_EVERY_SECONDS", 0.01)
    monkeypatch.setattr("sys.argv", ["rasa", "run", "--model", str(model), "--port", "1"])
    agent = Agent()
    agent.model_id = None
    agent.is_ready = lambda: agent.model_id is not None
    agent.processor = None
    model.write_bytes(b"half a model")

    class App:
        class ctx:
            pass

    App.ctx.agent = agent

    async def serve() -> None:
        watching = asyncio.ensure_future(new_model._keep_up(App))
        await asyncio.sleep(0.05)
        assert agent.loaded == 0
        write_model(model, "sound")
        agent.processor = type("Processor", (), {"model_path": model})
        for _ in range(500):
            await asyncio.sleep(0.01)
            if agent.model_id == "sound":
                break
        watching.cancel()
        assert (agent.model_id, agent.loaded) == ("sound", 1)

    asyncio.run(serve())


def test_a_replaced_file_is_noticed_and_a_missing_one_waited_for(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_model, "LOOKS_EVERY_SECONDS", 0.01)

    class App:
        class ctx:
            agent = None

    async def until(holds) -> None:
        for _ in range(500):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never happened")

    async def serve() -> None:
        agent = Agent()
        agent.is_ready = lambda: True
        agent.processor = type("Processor", (), {"model_path": model})
        watching = asyncio.ensure_future(new_model._keep_up(App))
        await asyncio.sleep(0.05)
        App.ctx.agent = agent
        await asyncio.sleep(0.05)
        model.unlink()
        await asyncio.sleep(0.05)
        assert agent.loaded == 0
        write_model(model, "second")
        await until(lambda: agent.model_id == "second")
        await asyncio.sleep(0.05)
        watching.cancel()
        assert agent.loaded == 1

    asyncio.run(serve())
