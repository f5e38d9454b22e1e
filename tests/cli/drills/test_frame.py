"""Every bad night can be played by one command, and tells itself to the runbook."""

import pytest

from cli.drills.command import module_of, names
from cli.drills.stage import DrillFailed, Stage


def test_each_drill_tells_its_night_in_one_sentence_and_then_its_steps() -> None:
    assert "backup" in names()
    for name in names():
        text = module_of(name).__doc__ or ""
        assert text.splitlines()[0].endswith((".", ",", ":")), name
        assert "\n1. " in text, name


def test_a_promise_that_does_not_hold_ends_the_drill() -> None:
    told: list[str] = []
    stage = Stage(told.append)
    try:
        stage.demand(True, "water is wet")
        with pytest.raises(DrillFailed, match="fire is cold"):
            stage.demand(False, "fire is cold")
        with pytest.raises(DrillFailed, match="still not: rain"):
            stage.wait("rain", lambda: False, seconds=0)
        with pytest.raises(DrillFailed, match="ended with 2"):
            stage.command("nonsense")
        with pytest.raises(DrillFailed, match="nothing runs"):
            stage.kill_everything()
    finally:
        stage.clear()
    assert len(told) == 1
    assert not stage.folder.exists()
