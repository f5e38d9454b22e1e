"""Reports: what is drawn, printed and written to sheets, in the reader's language, at this moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.report import words
from services.training.report.heatmap import MapRow
from services.training.report.models import SubstituteRate
from services.training.report.repository import ReportRepository
from services.training.report.schemas import By, SubstituteRateUpdate
from services.training.report.timetable import Slot
from services.training.session.service import SessionService
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.text import Lang, Text
from shared.web.preconditions import check_version

_ZONE = ZoneInfo("Europe/Stockholm")
_CENTS = Decimal("0.01")
Units = Collection[UUID] | None
Row = list[str | int | Decimal]


@dataclass(frozen=True)
class Cost:
    """Hours away of a unit or course; `cost` None while nobody has said what an hour costs."""

    id: UUID | None
    name: str
    people: int
    hours: Decimal
    cost: Decimal | None


@dataclass(frozen=True)
class AttendanceList:
    """A session and who has or had a seat in it: name or alias, units, state."""

    title: str
    facts: list[tuple[str, str]]
    rows: list[Row]
    at: datetime


class ReportService:
    """Reports on the session's tenant."""

    def __init__(self, session: AsyncSession, lang: Lang) -> None:
        self._session = session
        self._lang = lang
        self._reports = ReportRepository(session)

    async def coverage(self, units: Units) -> tuple[list[MapRow], list[str]]:
        """Units by name, after the authority where the caller sees all of it; and the roles that somebody holds."""
        rows: dict[UUID | None, MapRow] = {}
        if units is None:
            whole = {row.role: (row.trained, row.needed) for row in await self._reports.whole()}
            if whole:
                rows[None] = MapRow(None, words.AUTHORITY.pick(self._lang), whole)
        cells: dict[UUID, dict[str, tuple[int, int]]] = {}
        for row in await self._reports.coverage(units):
            cells.setdefault(row.unit_id, {})[row.role] = (row.trained, row.needed)
            rows[row.unit_id] = MapRow(row.unit_id, row.name, cells[row.unit_id])
        return list(rows.values()), sorted({role for row in rows.values() for role in row.cells})

    def coverage_rows(self, rows: Sequence[MapRow]) -> list[Row]:
        """The map as a table: unit, role, trained, needed, percent."""
        return [
            [row.name, words.role_name(role, self._lang), trained, needed, round(100 * trained / needed)]
            for row in rows
            for role, (trained, needed) in sorted(row.cells.items())
        ]

    async def slots(self, first: date, weeks: int, course_id: UUID | None) -> list[Slot]:
        """Dates of sessions in these weeks, each in its own zone."""
        start, end = _midnight(first), _midnight(first + timedelta(weeks=weeks))
        return [self._slot(row) for row in await self._reports.sessions(start, end, course_id)]

    def _slot(self, row: Any) -> Slot:
        zone = ZoneInfo(row.zone)
        return Slot(
            row.starts_at.astimezone(zone),
            row.ends_at.astimezone(zone),
            Text.model_validate(row.title).pick(self._lang),
            row.room or row.place,
            row.taken,
            row.capacity,
        )

    async def attendance(self, session_id: UUID, units: Units) -> AttendanceList:
        """Who has or had a seat, of the units that the caller sees. Raises NotFound."""
        planned = await SessionService(self._session).get(session_id)
        found: Any = await self._reports.session(session_id)
        zone = ZoneInfo(planned.zone)
        starts, ends = planned.starts_at.astimezone(zone), planned.ends_at.astimezone(zone)
        until = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends:%Y-%m-%d %H:%M}"
        told = {"when": f"{starts:%Y-%m-%d %H:%M}–{until}", "place": planned.place, "trainers": found.trainers or "–"}
        rows: list[Row] = [
            [
                row.name or words.ERASED.pick(self._lang),
                row.units or "",
                words.STATES[row.state].pick(self._lang),
            ]
            for row in await self._reports.attendance(session_id, units)
        ]
        facts = [(words.HEADINGS[name].pick(self._lang), value) for name, value in told.items()]
        return AttendanceList(Text.model_validate(found.title).pick(self._lang), facts, rows, planned.starts_at)

    async def costs(self, by: By, starts_on: date, ends_on: date, units: Units) -> list[Cost]:
        """Hours away for sessions that begin on these days, and what covering them costs."""
        rate = await self._reports.rate()
        end = _midnight(ends_on + timedelta(days=1))
        return [self._cost(row, rate) for row in await self._reports.costs(by, _midnight(starts_on), end, units)]

    def _cost(self, row: Any, rate: SubstituteRate | None) -> Cost:
        name = Text.model_validate(row.title).pick(self._lang) if row.title else row.name
        return Cost(
            row.id,
            name or words.ELSEWHERE.pick(self._lang),
            row.people,
            Decimal(row.hours).quantize(_CENTS),
            None if rate is None else (Decimal(row.hours) * rate.hourly_rate).quantize(_CENTS),
        )

    async def rate(self) -> SubstituteRate | None:
        """What an hour costs; None while nobody has said it."""
        return await self._reports.rate()

    async def set_rate(self, given: SubstituteRateUpdate, version: int) -> SubstituteRate:
        """Say what an hour costs, of the version that the caller saw; 0 for the first time."""
        rate = await self._reports.rate(lock=True)
        check_version(version, rate.version if rate else 0)
        before = _facts(rate) if rate else None
        if rate is None:
            rate = SubstituteRate(tenant_id=tenant_of(self._session), **given.model_dump())
            self._reports.add(rate)
        else:
            rate.hourly_rate, rate.currency = given.hourly_rate, given.currency
            rate.touch()
        await self._session.flush()
        await record(
            self._session, "substitute_rate.set", "substitute_rate", rate.id, before=before, after=_facts(rate)
        )
        return rate


def _facts(rate: SubstituteRate) -> dict[str, str]:
    return {"hourly_rate": str(rate.hourly_rate), "currency": rate.currency}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), _ZONE)
