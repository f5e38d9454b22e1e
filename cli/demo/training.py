"""The acts about training everybody: planned by the solver, invited, checked in and certified, through the API."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cli.demo.api import StepFailed
from cli.demo.cast import ADMIN, LEADER, TRAINER, Cast
from cli.demo.telling import Telling

# The training groups of HAN-T1-5: 2 710 people in the demo municipality.
ROLES = ("school_administrator", "advanced_user", "teacher", "central_administrator", "school_leader")
_T = "/training/v1"
_KEY = "everybody"
_CAP = 20
_WEEKS = 10
_HOURS = [{"fromTime": "08:30", "toTime": "11:30"}, {"fromTime": "13:00", "toTime": "16:00"}]
# How long a session of the demo still lasts when everybody has come: a certificate is for who was there to the end.
_LAST = timedelta(seconds=45)


class TrainingActs:
    """Trains everybody in one course. `mark` tells this run from others, `folder` takes a picture and a certificate."""

    def __init__(self, cast: Cast, telling: Telling, mark: str, folder: Path) -> None:
        self._cast = cast
        self._tell = telling
        self._mark = mark
        self._folder = folder
        self._course = ""
        self._sessions: list[str] = []
        self._people = 0

    def play(self) -> None:
        """Errors: StepFailed, httpx.HTTPError."""
        self._need()
        self._plan()
        self._invite()
        self._hold()
        self._certify()

    def _need(self) -> None:
        leader = self._cast.as_(LEADER)
        with self._tell.act("Saying who needs which training"):
            for former in list(leader.each(f"{_T}/courses")):
                if former["key"].startswith(f"{_KEY}-") and not former["archived"]:
                    headers = {"If-Match": f'"{former["version"]}"'}
                    leader.send("PATCH", f"{_T}/courses/{former['id']}", json={"archived": True}, headers=headers)
            course = leader.post(
                f"{_T}/courses",
                {
                    "key": f"{_KEY}-{self._mark}",
                    "title": {"sv": "Plattformens grunder", "en": "Basics of the platform"},
                    "audience": list(ROLES),
                    "minSize": 15,
                    "maxSize": 25,
                },
            )
            self._course = str(course["id"])
            self._await("coverage knows the need", lambda: self._needed() > 0)
            self._people = self._needed()
            self._tell.fact(f"{self._people} people in five roles need the basics")

    def _needed(self) -> int:
        """People who need it; who holds two roles is one."""
        leader = self._cast.as_(LEADER)
        return len({row["personId"] for role in ROLES for row in leader.each(f"{_T}/needs", role=role)})

    def _plan(self) -> None:
        leader = self._cast.as_(LEADER)
        with self._tell.act(f"Having the solver plan it: at most {_CAP} % of a unit away at once"):
            if not list(leader.each(f"{_T}/absence-caps")):
                leader.post(f"{_T}/absence-caps", {"percent": _CAP})
            plan = leader.post(f"{_T}/plans", self._asked(), expect=202)
            leader.wait_for_job("training", plan["jobId"])
            plan = leader.get(f"{_T}/plans/{plan['id']}")
            for one in leader.get(f"{_T}/plans/{plan['id']}/problems")["conflicts"]:
                self._tell.fact(one["text"])
            _check(plan["state"] == "proposed", f"the plan is {plan['state']}")
            self._tell.fact(
                f"{plan['sessions']} sessions for {plan['people']} people; no plan has fewer than {plan['bound']}"
            )
            _check(plan["people"] == self._people and plan["leftOut"] == 0, "the plan does not seat everybody")
        with self._tell.act("Comparing, approving and publishing the plan"):
            diff = leader.get(f"{_T}/plans/{plan['id']}/diff")
            self._tell.fact(f"{diff['added']} new sessions, {diff['seated']} people get a seat, {diff['moved']} move")
            plan = leader.post(f"{_T}/plans/{plan['id']}/approvals", version=plan["version"])
            leader.post(f"{_T}/plans/{plan['id']}/publications", version=plan["version"])
            sessions = list(leader.each(f"{_T}/sessions", courseId=self._course))
            self._sessions = [one["id"] for one in sessions]
            seats = sum(one["taken"] for one in sessions)
            _check(seats == self._people, f"{seats} of {self._people} have a seat")
            self._tell.fact(f"an independent checker let it through; {seats} seats are taken, all in one transaction")

    def _asked(self) -> dict[str, Any]:
        begin = _monday(datetime.now(UTC).date() + timedelta(weeks=2))
        ends = begin + timedelta(weeks=_WEEKS)
        return {
            "name": f"Everybody {self._mark}",
            "courseIds": [self._course],
            "calendar": {"startsOn": begin.isoformat(), "endsOn": ends.isoformat(), "hours": _HOURS},
            "place": "Stadshuset",
            "parallel": 4,
            "choices": 3,
            "goLive": "wish",
            "keyPersonsFirst": False,  # they have a course of their own
            "seconds": 20,
        }

    def _invite(self) -> None:
        with self._tell.act("Inviting everybody by mail with a calendar entry"):
            told: Counter[str] = Counter()
            open_sessions = list(self._sessions)

            def everybody() -> bool:
                """A session whose mails have all left is not asked again."""
                while open_sessions:
                    mails = self._cast.as_(LEADER).each(f"{_T}/sessions/{open_sessions[-1]}/mails")
                    states = Counter(mail["state"] for mail in mails)
                    if not states or states.keys() - {"sent", "unreachable"}:
                        return False
                    open_sessions.pop()
                    told.update(states)
                return True

            self._await("everybody is told", everybody, seconds=600)
            _check(told.total() == self._people, f"{told.total()} of {self._people} are told")
            silent = told["unreachable"]
            self._tell.fact(f"{told['sent']} invitations have left; {silent} people have no address that may be used")

    def _hold(self) -> None:
        leader, trainer = self._cast.as_(LEADER), self._cast.as_(TRAINER)
        with self._tell.act("Moving the sessions to this hour, since a demo cannot wait for them"):
            ends = datetime.now(UTC) + timedelta(minutes=3)
            times = {"startsAt": (ends - timedelta(hours=3)).isoformat(), "endsAt": ends.isoformat()}
            for session in leader.each(f"{_T}/sessions", courseId=self._course):
                headers = {"If-Match": f'"{session["version"]}"'}
                leader.send("PATCH", f"{_T}/sessions/{session['id']}", json=times, headers=headers)
            self._tell.fact(f"{len(self._sessions)} sessions are held at once, which no plan of ours would do")
        with self._tell.act("Checking people in from the trainers' devices"):
            counts: dict[str, int] = {}
            for planned in self._sessions:
                for state in self._check_in(trainer, planned):
                    counts[state] = counts.get(state, 0) + 1
            _check(counts == {"attended": self._people}, f"checked in: {counts}")
            self._tell.fact(f"{self._people} people on {len(self._sessions)} signed rolls; sent twice, counted once")
            for session in leader.each(f"{_T}/sessions", courseId=self._course):
                headers = {"If-Match": f'"{session["version"]}"'}
                over = {"endsAt": (datetime.now(UTC) + _LAST).isoformat()}
                leader.send("PATCH", f"{_T}/sessions/{session['id']}", json=over, headers=headers)

    def _check_in(self, trainer: Any, session: str) -> Iterator[str]:
        """Marks everybody of a roll, twice; what became of each the second time."""
        roll = trainer.post(f"{_T}/sessions/{session}/rolls")
        now = datetime.now(UTC).isoformat()
        marks = [
            {"nonce": f"{roll['rollId']}-{number}", "enrolmentId": line["enrolmentId"], "kind": "attended", "at": now}
            for number, line in enumerate(roll["lines"])
        ]
        upload = {"signature": roll["signature"], "deviceTime": now, "marks": marks}
        for _ in range(2):
            rows = trainer.post(f"{_T}/sessions/{session}/roll-uploads", upload, expect=200)["rows"]
        for row in rows:
            _check(row["status"] == "repeated", f"a mark that was sent again is {row['status']}")
            yield row["state"]

    def _certify(self) -> None:
        leader = self._cast.as_(LEADER)
        with self._tell.act("Certifying everybody"):
            self._await("everybody has a certificate", lambda: len(self._certificates()) == self._people, seconds=300)
            certificates = self._certificates()
            shown = certificates[0]
            printed = leader.send("GET", f"{_T}/certificates/{shown['id']}", headers={"Accept": "application/pdf"})
            (self._folder / "certificate.pdf").write_bytes(printed.content)
            state = leader.get(shown["verificationUrl"].removeprefix(self._cast.gateway))["state"]
            _check(state == "valid", f"the badge is {state}")
            self._tell.fact(f"{len(certificates)} certificates; anybody who is shown a badge sees that it is {state}")
            self._tell.fact(f"one of them: {self._folder / 'certificate.pdf'}")
        with self._tell.act("Drawing who is trained where"):
            picture = leader.send("GET", f"{_T}/coverage-maps", headers={"Accept": "image/svg+xml"})
            (self._folder / "coverage.svg").write_bytes(picture.content)
            rows = [row for row in leader.each(f"{_T}/coverage") if row["unitId"] is None and row["role"] in ROLES]
            self._tell.table(
                "Coverage",
                ("role", "trained", "needed"),
                [(row["role"], row["trained"], row["needed"]) for row in rows],
            )
            _check(all(row["trained"] == row["needed"] for row in rows), "somebody is not trained")

    def _certificates(self) -> list[dict[str, Any]]:
        every = self._cast.as_(ADMIN).each(f"{_T}/certificates")
        return [one for one in every if one["achievementId"] == self._course]

    @staticmethod
    def _await(what: str, holds: Callable[[], bool], seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > until:
                raise StepFailed(f"after {seconds:.0f} s it still does not hold that {what}")
            time.sleep(2)


def _monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _check(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise StepFailed(otherwise)
