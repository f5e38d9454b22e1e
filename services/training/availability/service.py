"""Availabilities and absence caps: written down, and read as windows of time by the planner."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.appointment.errors import UnitNotYours
from services.training.availability.errors import CapExists
from services.training.availability.local import MIDNIGHT, days
from services.training.availability.models import AbsenceCap, Availability
from services.training.availability.repository import AvailabilityRepository
from services.training.availability.schemas import AbsenceCapCreate, AbsenceCapUpdate, AvailabilityCreate
from services.training.room.service import RoomService
from services.training.roster.service import RosterService
from shared.contracts.training_planning import AbsenceCapChanged, AvailabilityChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid, NotFound
from shared.kit.text import Text
from shared.queue import publish
from shared.web.preconditions import check_version

_UNKNOWN = Text(sv="Finns inte", en="There is none", da="Findes ikke")
Span = list[int]


@dataclass
class Hours:
    """Spans of seconds since 1970 in which somebody is free (none: always) and busy."""

    free: list[Span] = field(default_factory=list)
    busy: list[Span] = field(default_factory=list)

    def allow(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether a time is free from beginning to end."""
        begins, ends = starts_at.timestamp(), ends_at.timestamp()
        if any(start < ends and begins < end for start, end in self.busy):
            return False
        return not self.free or any(start <= begins and ends <= end for start, end in self.free)


class AvailabilityService:
    """One transaction's work. `units` are those that the caller may see, or speak for; None means all."""

    def __init__(self, session: AsyncSession, units: frozenset[UUID] | None = None) -> None:
        self._session = session
        self._units = units
        self._rows = AvailabilityRepository(session, units)

    async def create(self, given: AvailabilityCreate) -> Availability:
        """Hours of somebody or something that exists, and that the caller may speak for."""
        await self._check(given.subject, given.subject_id)
        row = Availability(tenant_id=tenant_of(self._session), **given.model_dump())
        self._rows.add(row)
        await self._tell(row, "availability.create")
        return row

    async def get(self, availability_id: UUID) -> Availability:
        """The row, or NotFound."""
        return await self._rows.get(availability_id, clock.today())

    async def list(
        self, subject: str | None, subject_id: UUID | None, limit: int, after: tuple[UUID] | None
    ) -> Sequence[Availability]:
        """Oldest first."""
        return await self._rows.list(subject, subject_id, clock.today(), limit, after)

    async def remove(self, availability_id: UUID, version: int) -> None:
        """Forget hours."""
        row = await self._rows.get(availability_id, clock.today(), lock=True)
        check_version(version, row.version)
        await self._check(row.subject, row.subject_id)
        await self._tell(row, "availability.remove")
        await self._rows.remove(row)

    async def hours(
        self, starts_at: datetime, ends_at: datetime, of: Sequence[UUID] | None = None
    ) -> dict[tuple[str, UUID | None], Hours]:
        """What is known of everybody and everything, or of everybody and some, between two instants, by subject and
        its id."""
        found: dict[tuple[str, UUID | None], Hours] = defaultdict(Hours)
        margin = timedelta(days=1)
        for row in await self._rows.within((starts_at - margin).date(), (ends_at + margin).date(), of):
            spans = found[row.subject, row.subject_id]
            (spans.free if row.kind == "free" else spans.busy).extend(_spans(row, starts_at, ends_at))
            if row.kind == "free" and not spans.free:
                spans.free.append([0, 0])  # free hours, none of them here
        return {key: Hours(_joined(each.free), _joined(each.busy)) for key, each in found.items()}

    async def create_cap(self, given: AbsenceCapCreate) -> AbsenceCap:
        """A cap; CapExists where the unit has one."""
        if given.unit_id is not None:
            await self._check("unit", given.unit_id)
        known = await self._rows.cap_of(given.unit_id)
        if known is not None:
            raise CapExists(absenceCapId=str(known.id))
        cap = AbsenceCap(tenant_id=tenant_of(self._session), **given.model_dump())
        self._rows.add(cap)
        await self._tell_cap(cap, "absence_cap.create", None)
        return cap

    async def change_cap(self, cap_id: UUID, given: AbsenceCapUpdate, version: int) -> AbsenceCap:
        """Another percentage."""
        cap = await self._rows.cap(cap_id, lock=True)
        check_version(version, cap.version)
        before = cap.percent
        if given.percent is not None:
            cap.percent = given.percent
        cap.touch()
        await self._tell_cap(cap, "absence_cap.change", before)
        return cap

    async def remove_cap(self, cap_id: UUID, version: int) -> None:
        """The unit falls back to the cap for all, or to none."""
        cap = await self._rows.cap(cap_id, lock=True)
        check_version(version, cap.version)
        await self._tell_cap(cap, "absence_cap.remove", cap.percent)
        await self._rows.remove(cap)

    async def get_cap(self, cap_id: UUID) -> AbsenceCap:
        """The cap, or NotFound."""
        return await self._rows.cap(cap_id)

    async def list_caps(self, limit: int, after: tuple[UUID] | None) -> Sequence[AbsenceCap]:
        """Oldest first."""
        return await self._rows.caps(limit, after)

    async def percents(self) -> dict[UUID | None, int]:
        """The cap of each unit that has its own, and under None that of all others."""
        return {cap.unit_id: cap.percent for cap in await self._rows.caps(None, None)}

    async def _check(self, subject: str, subject_id: UUID | None) -> None:
        roster, is_mine, is_known = RosterService(self._session), self._units is None, True
        if subject == "unit" and subject_id:
            is_known = subject_id in await roster.units([subject_id])
            is_mine = is_mine or subject_id in (self._units or ())
        elif subject == "person" and subject_id:
            is_known = await roster.knows(subject_id)
            is_mine = is_mine or await roster.works_at(subject_id, self._units or frozenset())
        elif subject == "room" and subject_id:
            is_known = await self._has_room(subject_id)
        if not is_mine:
            raise UnitNotYours()
        if not is_known:
            raise Invalid(_UNKNOWN, errors=[FieldError(pointer="#/subjectId", detail=_UNKNOWN, code="unknown")])

    async def _has_room(self, room_id: UUID) -> bool:
        try:
            await RoomService(self._session).get(room_id)
        except NotFound:
            return False
        return True

    async def _tell(self, row: Availability, action: str) -> None:
        facts = row.model_dump(mode="json", exclude={"tenant_id", "id", "version", "created_at", "updated_at"})
        await record(self._session, action, "availability", row.id, after=facts)
        await publish(self._session, AvailabilityChanged.model_validate({"availability_id": row.id}))

    async def _tell_cap(self, cap: AbsenceCap, action: str, before: int | None) -> None:
        facts = {"unit_id": str(cap.unit_id) if cap.unit_id else None, "percent": cap.percent}
        was = None if before is None else {"percent": before}
        await record(self._session, action, "absence_cap", cap.id, before=was, after=facts)
        await publish(self._session, AbsenceCapChanged(absence_cap_id=cap.id, unit_id=cap.unit_id, percent=cap.percent))


def _spans(row: Availability, starts_at: datetime, ends_at: datetime) -> list[Span]:
    """The row's hours between two instants. Hours were checked when they were given; midnights are what they are."""
    zone = ZoneInfo(row.zone)
    first = max(row.starts_on, starts_at.astimezone(zone).date())
    last = min(row.ends_on, ends_at.astimezone(zone).date())
    spans = []
    for day in days(first, last, row.weekdays):
        begins = datetime.combine(day, row.from_time or MIDNIGHT, zone)
        ends = datetime.combine(day + timedelta(days=row.to_time is None), row.to_time or MIDNIGHT, zone)
        spans.append([int(begins.astimezone(UTC).timestamp()), int(ends.astimezone(UTC).timestamp())])
    return spans


def _joined(spans: list[Span]) -> list[Span]:
    """In order, those that touch as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found
