"""Deviations from symptom to checked mend."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.errors import ActivityNotFound
from services.projects.activity.service import ActivityService
from services.projects.benefit import rows
from services.projects.benefit.errors import RowUnknown
from services.projects.benefit.known import demand_units
from services.projects.benefit.rights import refusal_to_answer, refusal_to_move
from services.projects.benefit.tell import change, tell
from services.projects.deviation.errors import CauseUnknown, DeviationClosed, DeviationNotDone, DeviationNotFound
from services.projects.deviation.models import Deviation, DeviationCause
from services.projects.deviation.schemas import DeviationChange, DeviationCreate, DeviationEffectCheck
from services.projects.deviation.taxonomy import CAUSES
from services.projects.goal.errors import IndicatorNotFound
from services.projects.goal.service import IndicatorService
from services.projects.project.rights import LEADERS, ROLE_MISSING, SCOPE_MISSING, demand
from services.projects.project.service import ProjectService
from services.projects.template.steering import DeviationCause as CauseTemplate
from shared.auth.principal import Principal
from shared.auth.roles import Side
from shared.auth.scopes import Scope
from shared.contracts.projects_steering import DeviationClosed as DeviationClosedEvent
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.text import Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

_WORDS = frozenset({"what", "symptom", "analysis", "correction"})


def refusal_to_report(caller: Principal, unit_id: UUID | None) -> Text | None:
    """Why the caller may not report: the customer's leaders and heads may, and the supplier's leaders."""
    if caller.side is Side.supplier:
        if Scope.deviations_write not in caller.scopes:
            return SCOPE_MISSING
        return None if caller.holds_everywhere(*LEADERS) else ROLE_MISSING
    return refusal_to_answer(caller, Scope.deviations_write, unit_id)


def refusal_to_mend(caller: Principal, deviation: Deviation) -> Text | None:
    """Why the caller may not work on it: leaders, its owner, and the head of its unit may."""
    moves = refusal_to_move(caller, Scope.deviations_write, deviation.owner_id)
    return moves and refusal_to_answer(caller, Scope.deviations_write, deviation.unit_id)


def missing_of(deviation: Deviation) -> list[str]:
    """What must be there before it can be closed."""
    given = {"cause": deviation.cause_key, "effect_check": deviation.effect_checked_at}
    return [name for name, value in given.items() if value is None]


class DeviationService:
    """The deviations of the session's tenant, as one caller may see them."""

    def __init__(self, session: AsyncSession, caller: Principal | None = None) -> None:
        self._session = session
        self._caller = caller

    async def get(self, deviation_id: UUID, *, lock: bool = False) -> Deviation:
        """Raises DeviationNotFound, also where it is not shared with the caller's side."""
        deviation = await rows.get(self._session, Deviation, deviation_id, DeviationNotFound, lock=lock)
        caller = self._caller
        is_own = caller is not None and deviation.owner_id == caller.subject
        if not self._sees_all() and not deviation.is_shared and not is_own:
            raise DeviationNotFound()
        return deviation

    async def list_after(
        self, project_id: UUID, is_open: bool | None, after: UUID | None, limit: int
    ) -> Sequence[Deviation]:
        """Oldest first; of another side than the customer's only what is shared."""
        wanted: list[ColumnElement[bool]] = [col(Deviation.project_id) == project_id]
        if is_open is not None:
            closed = col(Deviation.closed_at).is_(None)
            wanted.append(closed if is_open else ~closed)
        if not self._sees_all():
            wanted.append(col(Deviation.is_shared).is_(True))
        return await rows.page(self._session, Deviation, after, limit, *wanted)

    async def causes(self, project_id: UUID) -> list[tuple[str, str | None, Text]]:
        """Key, source row and title of each cause: those of the project's template, else the usual ten and other."""
        found = await rows.find(self._session, DeviationCause, DeviationCause.project_id == project_id)
        own = sorted(found, key=lambda cause: cause.position)
        if own:
            return [(cause.key, cause.source_ref, Text.model_validate(cause.title)) for cause in own]
        return [(key, ref, title) for key, (ref, title) in CAUSES.items()]

    async def add(self, project_id: UUID, wanted: DeviationCreate, caller: Principal) -> Deviation:
        """Raises ProjectNotFound, ProjectClosed, NotYours, UnitsUnknown, RowUnknown. A supplier's report is shared."""
        await ProjectService(self._session).get_active(project_id)
        demand(refusal_to_report(caller, wanted.unit_id))
        if wanted.unit_id is not None:
            await demand_units(self._session, [wanted.unit_id], "#/unitId")
        await self._demand_indicator(project_id, wanted.indicator_id)
        side = caller.side or Side.customer
        given = wanted.model_dump() | {"is_shared": wanted.is_shared or side is not Side.customer}
        deviation = Deviation(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            reported_by=caller.subject,
            reported_side=side.value,
            **given,
        )
        self._session.add(deviation)
        await self._tell("add", deviation, None, {"unit_id": deviation.unit_id, "found_on": deviation.found_on})
        return deviation

    async def change(self, deviation_id: UUID, version: int, wanted: DeviationChange, caller: Principal) -> Deviation:
        """Raises DeviationNotFound, NotYours, StaleVersion, DeviationClosed, CauseUnknown, RowUnknown."""
        deviation = await self._lock_open(deviation_id, caller)
        check_version(version, deviation.version)
        if wanted.cause_key is not None:
            known = [key for key, _, _ in await self.causes(deviation.project_id)]
            if wanted.cause_key not in known:
                raise CauseUnknown(known)
        await self._demand_activity(deviation.project_id, wanted.activity_id)
        before, after = change(deviation, wanted.model_dump(exclude_unset=True), words=_WORDS)
        if after:
            deviation.touch()
            await self._tell("change", deviation, before, after)
        return deviation

    async def check_effect(self, deviation_id: UUID, wanted: DeviationEffectCheck, caller: Principal) -> Deviation:
        """Raises DeviationNotFound, NotYours, DeviationClosed, ProjectClosed."""
        deviation = await self._lock_open(deviation_id, caller)
        deviation.effect_check, deviation.is_effective = wanted.text, wanted.is_effective
        deviation.effect_checked_at = clock.now()
        deviation.touch()
        await self._tell("check_effect", deviation, None, {"is_effective": wanted.is_effective})
        return deviation

    async def close(self, deviation_id: UUID, caller: Principal) -> Deviation:
        """Raises DeviationNotFound, NotYours, DeviationClosed, ProjectClosed, DeviationNotDone."""
        deviation = await self._lock_open(deviation_id, caller)
        if missing := missing_of(deviation):
            raise DeviationNotDone(missing)
        deviation.closed_at, deviation.closed_by = clock.now(), caller.subject
        deviation.touch()
        await self._tell("close", deviation, {"state": "open"}, {"state": "closed"})
        event = DeviationClosedEvent(
            project_id=deviation.project_id,
            deviation_id=deviation.id,
            cause_key=deviation.cause_key or "",
            is_effective=bool(deviation.is_effective),
        )
        await publish(self._session, event)
        return deviation

    async def add_from_template(self, project_id: UUID, causes: Sequence[CauseTemplate]) -> int:
        """Write the causes of a template that the project lacks, by key; returns how many it wrote."""
        found = await rows.find(self._session, DeviationCause, DeviationCause.project_id == project_id)
        known = {cause.key for cause in found}
        fresh = [row for row in causes if row.key not in known]
        for position, row in enumerate(fresh, start=len(known) + 1):
            self._session.add(
                DeviationCause(
                    tenant_id=tenant_of(self._session),
                    project_id=project_id,
                    key=row.key,
                    source_ref=row.source_ref,
                    position=position,
                    title=row.title.model_dump(),
                )
            )
        await self._session.flush()
        return len(fresh)

    async def of_account(self, account_id: UUID) -> Sequence[Deviation]:
        """What an account owns, has reported or has closed."""
        mine = (
            (col(Deviation.owner_id) == account_id)
            | (col(Deviation.reported_by) == account_id)
            | (col(Deviation.closed_by) == account_id)
        )
        return await rows.find(self._session, Deviation, mine)

    def _sees_all(self) -> bool:
        return self._caller is None or self._caller.side is Side.customer

    async def _lock_open(self, deviation_id: UUID, caller: Principal) -> Deviation:
        deviation = await self.get(deviation_id, lock=True)
        demand(refusal_to_mend(caller, deviation))
        await ProjectService(self._session).get_active(deviation.project_id)
        if deviation.closed_at is not None:
            raise DeviationClosed()
        return deviation

    async def _demand_indicator(self, project_id: UUID, indicator_id: UUID | None) -> None:
        if indicator_id is None:
            return
        try:
            found = await IndicatorService(self._session).get(indicator_id)
        except IndicatorNotFound:
            raise RowUnknown("#/indicatorId") from None
        if found.project_id != project_id:
            raise RowUnknown("#/indicatorId")

    async def _demand_activity(self, project_id: UUID, activity_id: UUID | None) -> None:
        if activity_id is None:
            return
        try:
            found = await ActivityService(self._session).get(activity_id)
        except ActivityNotFound:
            raise RowUnknown("#/activityId") from None
        if found.project_id != project_id:
            raise RowUnknown("#/activityId")

    async def _tell(
        self, verb: str, deviation: Deviation, before: dict[str, Any] | None, after: dict[str, Any] | None
    ) -> None:
        project_id = deviation.project_id
        await tell(self._session, "deviation", verb, deviation, project_id=project_id, before=before, after=after)
