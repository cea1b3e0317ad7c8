"""The short form of `make chaos`: the processes are killed in turn, and nothing is lost nor said twice."""

import pytest

from launch.train import MODEL
from tests.load.chaos import FAULTS, run

KILLS = [fault for fault in FAULTS if fault.name.startswith("kill -9")]


@pytest.mark.skipif(not MODEL.exists(), reason="no trained model here: make train")
def test_a_killed_process_comes_back_and_every_message_has_one_answer() -> None:
    results, _ = run(KILLS)
    assert [result.fault for result in results] == [fault.name for fault in KILLS]
    assert [result for result in results if not result.is_clean()] == []
    assert all(result.taken_in > 0 for result in results)
