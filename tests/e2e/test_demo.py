"""The main job: a rollout plays through the gateway, again and again."""

import json
from collections.abc import Iterator

import pytest

from tests.e2e.house import House

pytestmark = [pytest.mark.stack, pytest.mark.slow]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A stack of its own: a register that another test left held or half would rightly keep the data unverified."""
    house = House(tmp_path_factory.mktemp("demo-house") / "state")
    try:
        house.up()
        yield house
    finally:
        house.reset()


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_rollout_plays(house: House, time: str) -> None:
    done = house.command("demo", "--pupils", "200", "--staff-share", "0.1", "--json")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, lines[-1] if lines else done.stderr
    assert all(line.get("held", True) for line in lines)
    told = " ".join(line["fact"] for line in lines if "fact" in line)
    assert "ready, and nobody ticked a box" in told
    assert "anybody who is shown a badge sees that it is valid" in told
    assert "projects.gate.passed.v1: signature verified" in told
