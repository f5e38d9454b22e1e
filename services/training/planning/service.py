"""The facts of a plan, as rows are now: needs, appointments, waves, availability, caps and what is booked already."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.availability.service import AvailabilityService, Hours
from services.training.coverage.service import CoverageService
from services.training.planning.asked import Asked
from services.training.planning.facts import (
    CourseFacts,
    Facts,
    PersonFacts,
    RoomFacts,
    Rules,
    Span,
    TrainerFacts,
    UnitFacts,
    Windows,
)
from services.training.planning.repository import PlanningRepository
from shared.kit import clock

_EVERYBODY = 10_000_000
"""More needs than an authority has."""


class PlanningService:
    """One transaction's view. Sessions in `without` count as not there, their people as not seated."""

    def __init__(self, session: AsyncSession, asked: Asked, without: Sequence[UUID] = ()) -> None:
        self._session = session
        self._asked = asked
        self._rows = PlanningRepository(session, without)
        now = int(clock.now().timestamp())
        self._slots = [slot for slot in asked.slots if slot[0] > now]
        times = [at for slot in asked.slots for at in slot]
        self._starts, self._ends = (datetime.fromtimestamp(at, UTC) for at in (min(times), max(times)))
        self._hours: dict[tuple[str, UUID | None], Hours] = {}
        self._busy: dict[UUID, list[Span]] = defaultdict(list)

    async def facts(self) -> Facts:
        """Everything that a plan rests on."""
        asked = self._asked
        self._hours = await AvailabilityService(self._session).hours(self._starts, self._ends)
        for row in await self._rows.busy(self._starts, self._ends):
            self._busy[row.person_id].append(_span(row))
        courses = await self._courses()
        people = await self._people([UUID(course["id"]) for course in courses])
        at_units = {unit for person in people.values() for unit in person["units"]}
        zone = ZoneInfo(asked.zone)
        return Facts(
            slots=self._slots,
            days=[datetime.fromtimestamp(start, zone).date().toordinal() for start, _ in self._slots],
            everybody=self._windows("everybody", None),
            courses=courses,
            units=await self._units(at_units),
            people=people,
            rooms=await self._rooms(),
            trainers={
                str(who): TrainerFacts(windows=self._windows("person", who, self._busy[who]))
                for who in sorted(asked.trainers, key=str)
            },
            rules=Rules(
                by_form=asked.by_form,
                key_first=asked.key_first,
                choices=asked.choices,
                choices_per=asked.choices_per,
                parallel=asked.parallel,
                go_live=asked.go_live,
                raised_by=asked.raised_by,
                complete=True,
            ),
        )

    async def _courses(self) -> list[CourseFacts]:
        """The courses in an order in which each comes after those that it requires."""
        found = {row.id: row for row in await self._rows.courses(self._asked.courses)}
        waiting, ordered = [one for one in self._asked.courses if one in found], list[UUID]()
        while waiting:
            ready = [one for one in waiting if not {*found[one].requires} & {*waiting} - {one}]
            ordered.append((ready or waiting)[0])
            waiting.remove(ordered[-1])
        return [
            CourseFacts(
                id=str(one),
                low=min(self._asked.min_size or found[one].min_size, found[one].max_size),
                high=found[one].max_size,
                in_room=found[one].mode == "on_site",
                after=[str(other) for other in found[one].requires if other in found],
            )
            for one in ordered
        ]

    async def _people(self, courses: Sequence[UUID]) -> dict[str, PersonFacts]:
        """Who needs one of the courses and has no seat yet, with where they work: first where they need it."""
        wanted, chosen = {*courses}, None if self._asked.units is None else {*self._asked.units}
        seated = {(row.person_id, row.course_id) for row in await self._rows.seated(courses)}
        work, keys = _grouped(await self._rows.work()), _grouped(await self._rows.keys())
        needs: dict[UUID, set[UUID]] = defaultdict(set)
        at: dict[UUID, list[UUID]] = defaultdict(list)
        for row in await CoverageService(self._session).needs(None, None, False, _EVERYBODY, None):
            missing = {one for one in row.missing_course_ids if one in wanted and (row.person_id, one) not in seated}
            if missing and (chosen is None or row.unit_id in chosen):
                needs[row.person_id] |= missing
                at[row.person_id].append(row.unit_id)
        return {
            str(who): PersonFacts(
                units=[str(unit) for unit in dict.fromkeys([*at[who], *work[who]])],
                key_at=[str(unit) for unit in keys[who] if unit in work[who]],
                needs=[str(one) for one in courses if one in needs[who]],
                windows=self._windows("person", who, self._busy[who]),
            )
            for who in sorted(needs)
        }

    async def _units(self, names: set[str]) -> dict[str, UnitFacts]:
        percents = await AvailabilityService(self._session).percents()
        absent: dict[UUID, list[Span]] = defaultdict(list)
        for row in await self._rows.absent(self._starts, self._ends):
            if self._matters(_span(row)):
                absent[row.unit_id].append([*_span(row), row.people])
        found = {}
        for row in await self._rows.units():
            if str(row.id) not in names:
                continue
            percent = percents.get(row.id, percents.get(None))
            found[str(row.id)] = UnitFacts(
                form=row.school_forms[0] if row.school_forms else "",
                away=_away(row.staff, percent),
                raised=_away(row.staff, None if percent is None else min(100, percent + self._asked.raised_by)),
                absent=absent[row.id],
                goes_live=self._midnight(row.goes_live_on),
                windows=self._windows("unit", row.id),
            )
        return found

    async def _rooms(self) -> dict[str, RoomFacts]:
        taken: dict[UUID, list[Span]] = defaultdict(list)
        for row in await self._rows.rooms_busy(self._starts, self._ends):
            taken[row.room_id].append(_span(row))
        return {
            str(row.id): RoomFacts(seats=row.seats, windows=self._windows("room", row.id, taken[row.id]))
            for row in await self._rows.rooms(self._asked.rooms)
        }

    def _windows(self, subject: str, subject_id: UUID | None, busy: Iterable[Span] = ()) -> Windows:
        """What is told and what is booked, as far as it decides about a slot."""
        hours = self._hours.get((subject, subject_id), Hours())
        free = [span for span in hours.free if any(span[0] <= start and end <= span[1] for start, end in self._slots)]
        spans = sorted([*hours.busy, *busy])
        return Windows(free=free if hours.free else None, busy=[span for span in spans if self._matters(span)])

    def _matters(self, span: Span) -> bool:
        return any(start < span[1] and span[0] < end for start, end in self._slots)

    def _midnight(self, day: Any) -> int | None:
        if day is None:
            return None
        return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self._asked.zone)).timestamp())


def _away(staff: int, percent: int | None) -> int:
    """How many people a cap lets go at once: rounded down, and at least one where it lets anybody go."""
    if percent is None:
        return staff
    return max(1, staff * percent // 100) if percent else 0


def _span(row: Any) -> Span:
    return [int(row.starts_at.timestamp()), int(row.ends_at.timestamp())]


def _grouped(rows: Iterable[Any]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(row.unit_id)
    return found
