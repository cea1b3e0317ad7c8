"""The figures on the development set do not fall below the floors (trains the model: half a minute)."""

from launch.evaluate import main


def test_every_floor_is_reached() -> None:
    assert main(["--check"]) == 0
