"""Writing the mails that follow from what changed, and the reminders that time asks for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.invitation import planning, timing
from services.training.invitation.models import Invitation, Mail
from services.training.invitation.planning import Slot, Step
from services.training.invitation.repository import InvitationRepository
from services.training.invitation.timing import Quiet
from services.training.wording.service import WordingService
from shared.kit import clock
from shared.kit.db import tenant_of

_AT_ONCE = 500


class FollowingService:
    """The session's tenant: what its people must be told."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._invitations = InvitationRepository(session)

    async def due(self) -> Sequence[UUID]:
        """Sessions in which something is not as people know it."""
        return await self._invitations.due(clock.now())

    async def follow(self, session_id: UUID) -> int:
        """Write the mails of one session, and that its people know now; returns how many mails. May run twice."""
        if not await self._invitations.lock(session_id):
            return 0
        rows = await self._invitations.changed(session_id, clock.now())
        if not rows:
            return 0
        slots = await self._invitations.slots(session_id)
        told = await self._invitations.invitations([row.id for row in rows])
        quiet = await self._quiet()
        mails: list[Mail] = []
        for row in rows:
            mails += await self._tell(row, session_id, told.get(row.id, []), slots, quiet)
        await self._invitations.add_mails(mails)
        await self._invitations.told(rows, rows[0].mark)
        return len(mails)

    async def remind(self) -> int:
        """Write the reminders that are due; of several that were missed, the last alone."""
        now, quiet = clock.now(), await self._quiet()
        found = await self._invitations.to_remind(now, _AT_ONCE)
        mails = []
        for row in found:
            if quiet is not None and row.starts_at > now:
                step = _latest(row, quiet, now) or row.remind_step
                mails.append(self._mail(row, "reminder", f"{row.id}:{row.sequence}:{step}"))
            self._plan_reminder(row, quiet, now)
        await self._invitations.add_mails(mails)
        return len(mails)

    async def plan_anew(self) -> None:
        """The tenant chose other quiet hours: every reminder to come is moved accordingly."""
        now, quiet = clock.now(), await self._quiet()
        for row in await self._invitations.to_come(now):
            self._plan_reminder(row, quiet, now)

    async def _tell(
        self, row: Any, session_id: UUID, told: Sequence[Invitation], slots: Sequence[Slot], quiet: Quiet | None
    ) -> list[Mail]:
        """The mails about one enrolment; once attendance was written down, about dates that have not begun alone."""
        mails = []
        kind = planning.plain(row.state, row.was)
        if kind is not None:
            mails.append(
                Mail(
                    tenant_id=tenant_of(self._session),
                    enrolment_id=row.id,
                    session_id=session_id,
                    person_id=row.person_id,
                    kind=kind,
                    key=f"{row.id}:{row.version}:{kind}",
                )
            )
        seated = row.seat is not None and row.state != "offered"
        has_begun = row.state in ("attended", "partial", "no_show")
        steps = planning.dates(told, slots, clock.now(), seated=seated, has_begun=has_begun)
        parts = max((known.part for known in told), default=0)
        for step in steps:
            parts += step.row is None
            mails.append(await self._take(step, row, session_id, parts, quiet))
        return mails

    async def _take(self, step: Step, enrolment: Any, session_id: UUID, part: int, quiet: Quiet | None) -> Mail:
        """Bring one invitation up to date; returns its mail."""
        row, slot, now = step.row, step.slot, clock.now()
        kind = "cancellation" if slot is None else "change" if row else "invitation"
        if row is None:
            row = Invitation(
                tenant_id=tenant_of(self._session),
                enrolment_id=enrolment.id,
                session_id=session_id,
                person_id=enrolment.person_id,
                part=part,
                **_facts(slot),
            )
            self._session.add(row)
        else:
            for name, value in _facts(slot).items():
                setattr(row, name, value)
            row.sequence, row.is_cancelled, row.told_at = row.sequence + 1, slot is None, now
            row.touch()
        self._plan_reminder(row, quiet, now)
        return self._mail(row, kind, f"{row.enrolment_id}:{row.part}:{row.sequence}")

    def _plan_reminder(self, row: Invitation, quiet: Quiet | None, after: datetime) -> None:
        found = None
        if quiet is not None and not row.is_cancelled and row.starts_at > after:
            found = timing.upcoming(row.starts_at, row.zone, quiet, after, is_first=row.part == 1)
        row.remind_step, row.remind_at = found or (None, None)

    async def _quiet(self) -> Quiet | None:
        """The tenant's quiet hours; None where it wants no reminders."""
        rule = await WordingService(self._session).rule()
        return Quiet(rule.quiet_from, rule.quiet_to) if rule.has_reminders else None

    @staticmethod
    def _mail(row: Invitation, kind: str, key: str) -> Mail:
        return Mail(
            tenant_id=row.tenant_id,
            enrolment_id=row.enrolment_id,
            session_id=row.session_id,
            person_id=row.person_id,
            invitation_id=row.id,
            kind=kind,
            key=key,
            sequence=row.sequence,
        )


def _facts(slot: Slot | None) -> dict[str, Any]:
    if slot is None:
        return {}
    return {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "zone": slot.zone, "place": slot.place}


def _latest(row: Invitation, quiet: Quiet, now: datetime) -> str | None:
    """The last reminder whose time has come."""
    steps = timing.STEPS if row.part == 1 else timing.STEPS[1:]
    past = [(at, step) for step in steps if (at := timing.due(step, row.starts_at, row.zone, quiet)) <= now]
    return max(past)[1] if past else None
