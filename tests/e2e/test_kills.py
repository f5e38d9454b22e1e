"""kill -9 while callers write: what was acknowledged is there once, and its event too."""

from collections import Counter

import pytest

from tests.e2e.house import wait
from tests.e2e.kills import Aftermath

pytestmark = [pytest.mark.stack, pytest.mark.slow]


def test_callers_get_no_fault_but_are_told_to_try_again(aftermath: Aftermath) -> None:
    assert [writer.refused for writer in aftermath.writers] == [[], [], []]
    assert sum(writer.unanswered for writer in aftermath.writers) > 0, "the kills were felt, or this proves nothing"


def test_what_was_acknowledged_is_there_once_and_nothing_else(aftermath: Aftermath) -> None:
    assert len(aftermath.acknowledged) > 10
    projects = aftermath.projects()
    assert Counter(project["name"] for project in projects) == dict.fromkeys(aftermath.acknowledged, 1)
    assert {project["name"]: project["id"] for project in projects} == aftermath.acknowledged


def test_every_write_has_its_event_in_the_log_once(aftermath: Aftermath) -> None:
    made = set(aftermath.acknowledged.values())
    wait(lambda: set(aftermath.logged()) == made, "every plan's event stands in the log", seconds=40)
    assert len(aftermath.logged()) == len(made)


def test_the_supervisor_started_again_what_died(aftermath: Aftermath) -> None:
    for name, count in aftermath.restarts.items():
        assert aftermath.house.note(name)["restarts"] > count, name
        assert aftermath.house.note(name)["state"] == "running"
