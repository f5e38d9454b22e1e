"""Every bad night can be played by one command, and tells itself to the runbook."""

from pathlib import Path

import pytest

from cli.alerts import RUNBOOK_OF
from cli.drills.command import module_of, names
from cli.drills.stage import DrillFailed, Stage


def test_each_drill_tells_its_night_in_one_sentence_and_then_its_steps() -> None:
    assert "backup" in names()
    for name in names():
        text = module_of(name).__doc__ or ""
        assert text.splitlines()[0].endswith((".", ",", ":")), name
        assert "\n1. " in text, name


# The nights of issue 7, by the drill that plays each and the runbook that tells what to do.
NIGHTS = {
    "backup", "disk", "erasure", "federation", "flood", "migration", "poison", "provider", "redis", "secret",
    "webhooks",
}  # fmt: skip
RUNBOOKS = Path(__file__).parents[3] / "docs" / "runbooks"


def test_each_night_has_a_drill_and_a_runbook_that_an_operator_can_follow() -> None:
    assert set(names()) == NIGHTS
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == NIGHTS | {"README"}
    assert set(RUNBOOK_OF.values()) <= NIGHTS
    index = (RUNBOOKS / "README.md").read_text()
    for name in NIGHTS:
        assert f"({name}.md)" in index, name
        lines = (RUNBOOKS / f"{name}.md").read_text().splitlines()
        assert len(lines) <= 40, name
        assert f"./startklar drill {name}`" in "\n".join(lines), name
        headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
        wanted = ("How you notice", "What it means", "What to do", "It is over when", "Never")
        assert all(heading.startswith(begin) for heading, begin in zip(headings, wanted, strict=True)), name


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
