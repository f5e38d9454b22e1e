"""The acts about the plan itself: agreed, asked what if, changed by a decision, printed, read as it was."""

from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import Any

from cli.demo.api import StepFailed
from cli.demo.cast import APPROVER, LEADER, SUPPLIER, Cast
from cli.demo.telling import Telling

_MOVED = "HAN-A3.02"
_P = "/projects/v1"


class PlanActs:
    """What happens to the plan of one project. `folder` takes what is printed."""

    def __init__(self, cast: Cast, telling: Telling, project: str, folder: Path) -> None:
        self._cast = cast
        self._tell = telling
        self._project = f"{_P}/projects/{project}"
        self._folder = folder

    def play(self) -> None:
        """Errors: StepFailed, httpx.HTTPError, OSError."""
        self._agree()
        self._change()
        self._print()

    def _agree(self) -> None:
        with self._tell.act("Agreeing on the plan: the supplier proposes, the customer approves"):
            for user, noun in ((SUPPLIER, "proposals"), (APPROVER, "approvals")):
                self._cast.as_(user).post(f"{self._project}/plan-{noun}", {}, version=self._version())
            baselines = list(self._cast.as_(LEADER).each(f"{self._project}/baselines"))
            _hold(baselines[-1]["cause"] == "approval", "the approval froze no baseline")
            self._tell.fact(f"approved, and frozen as “{baselines[-1]['name']}”")

    def _change(self) -> None:
        leader = self._cast.as_(LEADER)
        with self._tell.act("Asking what if the integrations come two months later"):
            row = self._row()
            change = {"moves": [{"activityId": row["id"], "window": _later(row["window"])}]}
            delta = leader.post(f"{self._project}/schedule-simulations", change, expect=200)
            moved = ", ".join(each["sourceRef"] or "a row" for each in delta["moved"])
            late = [gate["key"] for gate in delta["gates"] if gate["isNewlyLate"]]
            self._tell.fact(f"it would move {moved}; late because of it: {', '.join(late) or 'no gate'}")
            _hold(self._row()["window"] == row["window"], "the simulation changed the plan")
            self._tell.fact("nothing was saved")
        with self._tell.act("Changing the approved plan the only way: asked for, then decided"):
            body = {"window": change["moves"][0]["window"]}
            headers = {"If-Match": f'"{row["version"]}"'}
            refused = leader.send("PATCH", f"{_P}/activities/{row['id']}", json=body, headers=headers, expect=409)
            self._tell.fact(f"by hand it is refused: {refused.json()['title']}")
            wish = {"title": "Integrationerna senare", "reason": "Licensnyckeln dröjer", "concerns": ["time"]}
            made = self._cast.as_(SUPPLIER).post(f"{self._project}/change-requests", wish | {"change": change})
            path = f"{_P}/change-requests/{made['id']}"
            sent = self._cast.as_(SUPPLIER).post(f"{path}/submissions", version=made["version"])
            verdict = {"outcome": "approved", "motive": "Styrgruppens beslut"}
            self._cast.as_(APPROVER).post(f"{path}/decisions", verdict, version=sent["version"])
            _hold(self._row()["window"] == body["window"], "the decided change was not carried out")
            first = next(iter(leader.each(f"{self._project}/baselines")))
            found = leader.get(f"{_P}/baselines/{first['id']}/differences")
            self._tell.fact(f"rows that differ from what was approved first: {found['changed']}")

    def _print(self) -> None:
        with self._tell.act("Printing the plan for the steering group"):
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, path, accept, magic in _PRINTED:
                answer = self._cast.as_(LEADER).send("GET", self._project + path, headers={"Accept": accept})
                _hold(answer.content.startswith(magic), f"{path} is no {accept}")
                (self._folder / name).write_bytes(answer.content)
                self._tell.fact(f"{name}, {len(answer.content) // 1024} kB")
            self._tell.fact(f"in {self._folder}")

    def _row(self) -> dict[str, Any]:
        rows = self._cast.as_(LEADER).each(f"{self._project}/activities")
        return next(row for row in rows if row["sourceRef"] == _MOVED)

    def _version(self) -> int:
        return int(self._cast.as_(LEADER).get(self._project)["version"])


_PRINTED = (
    ("plan.pdf", "/plan-documents", "application/pdf", b"%PDF-"),
    ("gantt.png", "/gantt-charts", "image/png", b"\x89PNG"),
    ("gantt.svg", "/gantt-charts", "image/svg+xml", b"<?xml"),
)


def _later(window: dict[str, Any]) -> dict[str, Any]:
    """The same window two months later; the demo's windows are whole months."""

    def month(day: str) -> tuple[int, int]:
        year, number = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + 2, 12)
        return year, number + 1

    first, last = month(window["start"]), month(window["end"])
    return window | {
        "start": date(*first, 1).isoformat(),
        "end": date(*last, monthrange(*last)[1]).isoformat(),
    }


def _hold(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise StepFailed(otherwise)
