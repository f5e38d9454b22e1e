"""The acts about the three risks that key persons carry [HAN-K09..11]: each rises by itself, and falls by itself."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cli.demo.api import StepFailed
from cli.demo.cast import HEAD, LEADER, TRAINER, Cast
from cli.demo.telling import Telling

ABSENT, NO_TIME, NO_ACCESS = "HAN-K09", "HAN-K10", "HAN-K11"
_T = "/training/v1"
# Of those who are called: enough to bring attendance below the 80 % that the risk asks for.
_STAY_AWAY = 0.4
# Logins of that age prove nothing of a session of this week.
_LONG_AGO = timedelta(days=60)
# How long the second session still lasts when everybody has a seat in it.
_LAST = timedelta(seconds=8)


class RiskActs:
    """Two sessions of one course for key persons. `look` has the platform's export read, its logins until a day."""

    def __init__(self, cast: Cast, telling: Telling, project: str, course: str, look: Callable[[date], None]) -> None:
        self._cast = cast
        self._tell = telling
        self._risks = f"/projects/v1/projects/{project}/risks"
        self._course = course
        self._look = look

    def play(self, people: list[str]) -> None:
        """Until all of `people` are trained and reach the platform. Errors: StepFailed, httpx.HTTPError."""
        session, seats = self._lose_time(people)
        away = self._stay_away(session, seats)
        self._lose_access()
        self._come_later(away)

    def _lose_time(self, people: list[str]) -> tuple[str, dict[str, str]]:
        head = self._cast.as_(HEAD)
        with self._tell.act(f"Giving key persons no time: the risk {NO_TIME} rises and falls"):
            begin = datetime.now(UTC) + timedelta(days=2)
            session = self._session(len(people), begin, begin + timedelta(hours=3))
            seats = self._enrol(session, people)
            self._await(NO_TIME, "quiet")
            lost = people[:3]
            for one in lost:
                version = head.get(f"{_T}/enrolments/{seats[one]}")["version"]
                head.post(f"{_T}/enrolments/{seats[one]}/cancellations", version=version)
            self._tell.fact(f"a head has taken {len(lost)} of {len(people)} seats back")
            self._await(NO_TIME, "triggered")
            seats |= self._enrol(session, lost)
            self._tell.fact("they have a seat again")
            self._await(NO_TIME, "quiet")
        return session, seats

    def _stay_away(self, session: str, seats: dict[str, str]) -> list[str]:
        with self._tell.act(f"Key persons stay away from their session: the risk {ABSENT} rises"):
            ended = datetime.now(UTC) - timedelta(days=2)
            times = {"startsAt": (ended - timedelta(hours=3)).isoformat(), "endsAt": ended.isoformat()}
            self._move(session, times)
            self._tell.fact("the session is moved to the day before yesterday, since a demo cannot wait for it")
            people = sorted(seats)
            away = people[: max(1, round(len(people) * _STAY_AWAY))]
            self._mark(session, {seats[one]: "no_show" if one in away else "attended" for one in people})
            self._tell.fact(f"{len(away)} of {len(people)} did not come")
            self._await(ABSENT, "triggered")
        return away

    def _lose_access(self) -> None:
        with self._tell.act(f"Those who came cannot get in: the risk {NO_ACCESS} rises and falls"):
            today = datetime.now(UTC).date()
            self._look(today - _LONG_AGO)
            self._tell.fact("everybody has an account at the platform, and nobody has used it since the training")
            self._await(NO_ACCESS, "triggered")
            shown = self._cast.as_(LEADER).get(f"{_T}/access-states", role="key_person", state="missing", limit=1)
            one = shown["items"][0]
            self._tell.fact(f"{one['displayName']}: {one['state']}, says {one['source']} of {one['observedAt']}")
            self._look(today)
            self._tell.fact("a newer export of the platform shows their logins")
            self._await(NO_ACCESS, "quiet")

    def _come_later(self, away: list[str]) -> None:
        leader = self._cast.as_(LEADER)
        with self._tell.act(f"Those who stayed away come to another session: the risk {ABSENT} falls"):
            now = datetime.now(UTC)
            session = self._session(len(away), now - timedelta(minutes=30), now + _LAST)
            seats = self._enrol(session, away)
            time.sleep(max(0, (now + _LAST - datetime.now(UTC)).total_seconds()))
            self._mark(session, dict.fromkeys(seats.values(), "attended"))
            self._await(ABSENT, "quiet")
            rows = leader.each(f"{_T}/coverage", role="key_person")
            whole = next(row for row in rows if row["unitId"] is None)
            self._tell.fact(f"coverage of key persons: {whole['trained']} of {whole['needed']} ({whole['percent']} %)")
            is_whole = whole["trained"] == whole["needed"]
            _check(is_whole, "key persons need a course beside the demo's: archive or hold it")
        states = {ref: self._state(ref)[0] for ref in (ABSENT, NO_TIME, NO_ACCESS)}
        _check(set(states.values()) == {"quiet"}, f"at the end the risks are {states}")

    def _session(self, seats: int, starts_at: datetime, ends_at: datetime) -> str:
        times = {"startsAt": starts_at.isoformat(), "endsAt": ends_at.isoformat()}
        body = {"courseId": self._course, "place": "Stadshuset", "capacity": seats}
        return str(self._cast.as_(LEADER).post(f"{_T}/sessions", body | times)["id"])

    def _move(self, session: str, times: dict[str, str]) -> None:
        leader, path = self._cast.as_(LEADER), f"{_T}/sessions/{session}"
        headers = {"If-Match": f'"{leader.get(path)["version"]}"'}
        leader.send("PATCH", path, json=times, headers=headers)

    def _enrol(self, session: str, people: list[str]) -> dict[str, str]:
        """The enrolment of each person."""
        found: dict[str, str] = {}
        for some in _pieces(people, 200):
            path = f"{_T}/sessions/{session}/enrolment-batches"
            for row in self._cast.as_(LEADER).post(path, {"personIds": some}, expect=200)["results"]:
                _check(row["status"] == 201, f"somebody could not be enrolled: {row['problem']}")
                found[row["personId"]] = row["enrolment"]["id"]
        return found

    def _mark(self, session: str, states: dict[str, str]) -> None:
        marks = [{"enrolmentId": one, "state": state} for one, state in states.items()]
        for some in _pieces(marks, 500):
            self._cast.as_(TRAINER).post(f"{_T}/sessions/{session}/attendances", {"marks": some}, expect=200)

    def _state(self, ref: str) -> tuple[str, str]:
        """What the project's risk register says of a risk, and why."""
        risks = self._cast.as_(LEADER).each(self._risks)
        trigger = next(risk["trigger"] for risk in risks if risk["sourceRef"] == ref)
        return str(trigger["state"]), str(trigger["explanation"]["en"])

    def _await(self, ref: str, wanted: str, seconds: float = 60) -> None:
        """Nobody sets a risk: training computes, projects hears of it."""
        until = time.monotonic() + seconds
        while (seen := self._state(ref))[0] != wanted:
            _check(time.monotonic() < until, f"after {seconds:.0f} s {ref} is {seen[0]}, not {wanted}: {seen[1]}")
            time.sleep(0.5)
        self._tell.fact(f"{ref} is {wanted}: {seen[1]}")


def _pieces(rows: list[Any], size: int) -> Iterable[list[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _check(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise StepFailed(otherwise)
