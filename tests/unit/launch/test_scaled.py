"""What the scaled start decides before it starts anything."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch import proxy, scaled
from launch.scaled import COLOURS, Scaled
from launch.switching import SwitchFailed, ask_to_switch
from settings import settings

OURS = ("DATABASE_URL", "DALIL_TRACKER_URL", "DALIL_REDIS_URL", "DALIL_ROOM_SECRET")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Nothing set but a folder of our own."""
    for name in OURS:
        # Set first, so that what the code writes is taken back.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("DALIL_SCALED_FOLDER", str(tmp_path))
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def test_dialogues_get_a_database_of_their_own(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://dalil:word@db:5433/region")
    scaled.name_stores()
    assert settings().database_url == "postgresql://dalil:word@db:5433/region"
    assert settings().tracker_url == "postgresql://dalil:word@db:5433/region_dialogues"


def test_what_is_given_is_kept(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DALIL_TRACKER_URL", "postgresql://rasa@elsewhere/talks")
    environment.setenv("DALIL_REDIS_URL", "redis://elsewhere:6380/2")
    environment.setenv("DALIL_ROOM_SECRET", "ours")
    scaled.name_stores()
    assert settings().tracker_url == "postgresql://rasa@elsewhere/talks"
    assert settings().redis_url == "redis://elsewhere:6380/2"
    assert os.environ["DALIL_ROOM_SECRET"] == "ours"


@pytest.mark.parametrize("copies", [1, 2, 4])
def test_no_two_copies_share_a_port(environment: pytest.MonkeyPatch, copies: int) -> None:
    environment.setenv("DALIL_COPIES", str(copies))
    settings.cache_clear()
    ports = Scaled().ports(*COLOURS)
    assert len(ports) == 4 * copies
    assert len(set(ports.values())) == len(ports)


def test_only_the_colour_that_answers_is_called(environment: pytest.MonkeyPatch) -> None:
    starting = Scaled()
    starting.colour = "green"
    starting.configure_proxy()
    written = (starting.folder / "haproxy.cfg").read_text()
    rasa = [line.split() for line in written.splitlines() if "server rasa-" in line]
    resting = {line[1] for line in rasa if line[-1] == "disabled"}
    assert resting == {"rasa-blue-1", "rasa-blue-2"}
    assert len(rasa) == 4


@pytest.mark.parametrize(("trusted", "believed"), [("[]", ""), ('["10.0.0.1"]', "10.0.0.1")])
def test_only_a_known_proxy_may_tell_who_calls(
    environment: pytest.MonkeyPatch, trusted: str, believed: str
) -> None:
    environment.setenv("DALIL_TRUSTED_PROXIES", trusted)
    settings.cache_clear()
    starting = Scaled()
    starting.configure_proxy()
    written = (starting.folder / "haproxy.cfg").read_text()
    end = f" unless {{ src {believed} }}" if believed else ""
    assert f"    http-request del-header X-Forwarded-For{end}\n" in written


def test_without_haproxy_the_way_to_it_is_told_in_one_line(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setattr(proxy, "find_haproxy", lambda: None)
    assert scaled.main([]) == 1
    assert capsys.readouterr().err == (
        "dalil: HAProxy is missing: `apt-get install haproxy` brings it\n"
    )


def test_without_postgresql_the_way_to_it_is_told_in_one_line(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setattr(proxy, "find_haproxy", lambda: "/usr/sbin/haproxy")
    environment.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/dalil")
    settings.cache_clear()
    assert scaled.main([]) == 1
    told = capsys.readouterr().err
    assert told.startswith("dalil: no PostgreSQL for us at 127.0.0.1:1 (")
    assert "apt-get install postgresql" in told
    assert told.count("\n") == 1


def test_a_switch_with_nothing_running_says_so(tmp_path: Path) -> None:
    with pytest.raises(SwitchFailed, match="nothing runs"):
        ask_to_switch(tmp_path, tmp_path / "model.tar.gz")
