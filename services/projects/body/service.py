"""Bodies, their seats and who sits in them: the rows, their rules and their traces."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.body.change import apply, tell
from services.projects.body.errors import (
    AdvisoryBody,
    BodyKeyTaken,
    MandateContradicts,
    MandateInUse,
    Unresolved,
)
from services.projects.body.models import Body, Seat, SeatMembership
from services.projects.body.repository import BodyRepository
from services.projects.body.schemas import BodyChange, BodyCreate
from services.projects.body.vocabulary import BodyLevel, Mandate
from services.projects.phase.service import PhaseService
from services.projects.plan.columns import window_values
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from shared.kit.db import tenant_of
from shared.web.preconditions import check_version


class BodyService:
    """The bodies of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._bodies = BodyRepository(session)
        self._projects = ProjectService(session)

    async def get(self, body_id: UUID, *, lock: bool = False) -> Body:
        """Raises BodyNotFound."""
        return await self._bodies.get(body_id, lock=lock)

    async def of_project(self, project_id: UUID) -> Sequence[Body]:
        return await self._bodies.of_project(project_id)

    async def list_after(self, project_id: UUID, after: tuple[int, UUID] | None, limit: int) -> Sequence[Body]:
        """In the order of the plan."""
        return await self._bodies.list_after(project_id, after, limit)

    async def seats(self, project_id: UUID, body_id: UUID | None = None) -> Sequence[Seat]:
        return await self._bodies.seats(project_id, body_id)

    async def memberships(self, seat_ids: Collection[UUID]) -> Sequence[SeatMembership]:
        """Oldest first, ended ones included."""
        return await self._bodies.memberships(seat_ids)

    async def seat(self, seat_id: UUID, *, lock: bool = False) -> Seat:
        """Raises SeatNotFound."""
        return await self._bodies.seat(seat_id, lock=lock)

    async def membership(self, membership_id: UUID, *, lock: bool = False) -> SeatMembership:
        """Raises MembershipNotFound."""
        return await self._bodies.membership(membership_id, lock=lock)

    async def add(self, rows: Sequence[Body | Seat | SeatMembership]) -> None:
        self._bodies.add(rows)
        await self._session.flush()

    async def deciding(self, body_id: UUID, project_id: UUID) -> Body:
        """A body that may own a decision of the project. Raises BodyNotFound, AdvisoryBody."""
        body = await self._bodies.get(body_id)
        if body.project_id != project_id:
            raise Unresolved("#/bodyId", body_id)
        if body.mandate != Mandate.decides:
            raise AdvisoryBody(body_id)
        return body

    async def active_from(self, bodies: Sequence[Body]) -> dict[UUID, date | None]:
        """The first day of work of each body of one project; None while what it follows from has no date."""
        if not bodies:
            return {}
        project = await self._projects.get(bodies[0].project_id)
        phases = await PhaseService(self._session).list_after(project.id, None, None)
        starts = {phase.key: phase.window_start for phase in phases}
        return {body.id: _active_from(body, project, starts) for body in bodies}

    async def create(self, project_id: UUID, new: BodyCreate) -> Body:
        """Raises ProjectNotFound, ProjectClosed, BodyKeyTaken, MandateContradicts, Unresolved."""
        project = await self._projects.get_active(project_id)
        known = await self._bodies.of_project(project_id)
        if any(body.key == new.key for body in known):
            raise BodyKeyTaken()
        _demand_mandate(new.level, new.mandate)
        values = new.model_dump(mode="json", exclude={"active_on", "window"})
        await self._demand_known(project, values)
        body = Body(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            position=1 + max((body.position for body in known), default=0),
            active_on=new.active_on,
            **values,
            **window_values(new.window.widened() if new.window else None),
        )
        self._bodies.add([body])
        after = {"key": body.key, "level": body.level, "mandate": body.mandate}
        await tell(self._session, project_id, "body", "create", body, after=after)
        return body

    async def change(self, body_id: UUID, version: int, change: BodyChange) -> Body:
        """Raises BodyNotFound, StaleVersion, ProjectClosed, MandateContradicts, MandateInUse, Unresolved."""
        body = await self._bodies.get(body_id, lock=True)
        check_version(version, body.version)
        project = await self._projects.get_active(body.project_id)
        level, mandate = change.level or BodyLevel(body.level), change.mandate or Mandate(body.mandate)
        _demand_mandate(level, mandate)
        loses_mandate = mandate is Mandate.advisory and body.mandate == Mandate.decides
        if loses_mandate and await self._bodies.owns_decisions(body_id):
            raise MandateInUse()
        dates = change.model_dump(exclude_unset=True, include={"active_on", "ended_on"})
        values = change.model_dump(mode="json", exclude_unset=True, exclude={"active_on", "ended_on", "window"})
        await self._demand_known(project, values)
        if "window" in change.model_fields_set:
            values |= window_values(change.window.widened() if change.window else None)
        before, after = apply(body, values | dates)
        if after:
            await tell(self._session, project.id, "body", "change", body, before=before, after=after)
        return body

    async def forget(self, account_id: UUID) -> int:
        """Take an erased person's account out of every seat; returns in how many it sat."""
        found = await self._bodies.of_account(account_id)
        for row in found:
            row.account_id = None
            row.touch()
        await self._session.flush()
        return len(found)

    async def of_account(self, account_id: UUID) -> Sequence[SeatMembership]:
        """Every seat that an account sits or sat in."""
        return await self._bodies.of_account(account_id)

    async def _demand_known(self, project: Project, values: Mapping[str, Any]) -> None:
        """Phase, anchor and body that are named must be there."""
        if key := values.get("active_phase"):
            phases = await PhaseService(self._session).list_after(project.id, None, None)
            if key not in {phase.key for phase in phases}:
                raise Unresolved("#/activePhase", key)
        if (key := values.get("active_anchor")) and key not in project.anchors:
            raise Unresolved("#/activeAnchor", key)
        key = values.get("escalates_to")
        if key and key not in {body.key for body in await self._bodies.of_project(project.id)}:
            raise Unresolved("#/escalatesTo", key)


def _demand_mandate(level: BodyLevel, mandate: Mandate) -> None:
    if level is BodyLevel.advisory and mandate is Mandate.decides:
        raise MandateContradicts()


def _active_from(body: Body, project: Project, phase_starts: Mapping[str, date | None]) -> date | None:
    if body.active_on is not None:
        return body.active_on
    if body.active_phase is not None:
        return phase_starts.get(body.active_phase)
    if body.active_anchor is not None:
        anchor = project.anchors.get(body.active_anchor)
        return date.fromisoformat(anchor) if anchor else None
    starts = [start for start in phase_starts.values() if start is not None]
    return min(starts, default=project.created_at.astimezone(_ZONE).date())


_ZONE = ZoneInfo("Europe/Stockholm")
