"""kill -9 of the worker, the database and Redis while an approved plan is applied: it is applied, once."""

import time

import pytest

from cli.demo_roster import oneroster
from cli.demo_roster.municipality import build
from tests.e2e.deliveries import approve, head, planned, uploaded
from tests.e2e.house import REGISTER, House, wait
from tests.sync.disasters.damage import renamed
from tests.sync.disasters.world import without

pytestmark = [pytest.mark.stack, pytest.mark.slow]

SOURCE = "killed-register"
VICTIMS = ("sync-worker", "postgres", "redis")


def delivery(turn: int) -> bytes:
    """A register of its own people, without login names, from which one pupil more has left at each turn."""
    town = build(pupils=400, seed=77, staff_share=0.02)
    for person in town.persons:
        person.login = person.civic = ""
    for unit in town.units:
        unit.code = ""
    ids = [unit.id for unit in town.units] + [group.id for group in town.groups]
    ids += [person.id for person in town.persons]
    renamed(town, {one: f"killed-{one}" for one in ids})
    without(town, {person.id for person in town.of_part("pupil")[:turn]})
    return oneroster.write(town, frozenset())


def test_a_plan_is_applied_once_whoever_is_killed_meanwhile(house: House) -> None:
    pause = 0.0
    for turn, victim in enumerate(("", *VICTIMS)):
        run, _ = planned(house, uploaded(house, delivery(turn), source=SOURCE))
        before = head(house)
        approved = approve(house, run)
        assert approved.status_code == 202, approved.text
        if victim:
            time.sleep(pause)
            house.wait_until_back(victim, house.kill(victim))
        path = f"/sync/v1/runs/{run['id']}"
        wait(lambda path=path: _state(house, path) == "applied", f"the run is applied after {victim}", seconds=90)  # type: ignore[misc]
        assert head(house) == before + 1
        assert house.read(path, REGISTER)["appliedVersion"] == before + 1
        pause += 0.15


def _state(house: House, path: str) -> str:
    answer = house.ask("GET", path, REGISTER)
    return str(answer.json()["state"]) if answer.status_code == 200 else ""
