"""Measures against risks: activities of the plan, those that are there or new ones."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.errors import ActivityNotFound
from services.projects.activity.models import Activity
from services.projects.activity.service import ActivityService
from services.projects.phase.service import PhaseService
from services.projects.plan.columns import window_values
from services.projects.plan.vocabulary import ActivityKind
from services.projects.project.rights import demand
from services.projects.project.service import ProjectService
from services.projects.risk.changes import RiskChanges
from services.projects.risk.errors import MeasureElsewhere, MeasureLinked, RiskClosed, RiskMeasureNotFound
from services.projects.risk.models import Risk, RiskMeasure
from services.projects.risk.rights import refusal_to_manage
from services.projects.risk.schemas import RiskMeasureCreate
from services.projects.risk.service import RiskService, RiskView
from services.projects.risk.vocabulary import RiskState
from shared.auth.principal import Principal
from shared.contracts.projects import ActivityAdded
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


class RiskMeasures:
    """Linking by one caller. Every method raises RiskNotFound, NotYours and ProjectClosed."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._risks = RiskService(session)
        self._changes = RiskChanges(session, caller)
        self._activities = ActivityService(session)
        self._projects = ProjectService(session)

    async def add(self, risk_id: UUID, given: RiskMeasureCreate) -> RiskView:
        """Raises RiskClosed, MeasureLinked, PlanApproved, and MeasureElsewhere for what is not in the project."""
        risk = await self._hold(risk_id)
        if risk.state == RiskState.closed:
            raise RiskClosed()
        activity = await self._given(risk, given.activity_id) if given.activity_id else await self._made(risk, given)
        if activity.id in {known.id for known in await self._risks.measures_of(risk.id)}:
            raise MeasureLinked()
        measure = RiskMeasure(
            tenant_id=risk.tenant_id, project_id=risk.project_id, risk_id=risk.id, activity_id=activity.id
        )
        await self._risks.keep(measure)
        await self._tell(risk, "add", activity.id)
        return await self._risks.view(risk)

    async def remove(self, risk_id: UUID, activity_id: UUID, version: int) -> None:
        """Take the link away; the activity stays in the plan. Raises RiskMeasureNotFound, StaleVersion."""
        risk = await self._hold(risk_id)
        check_version(version, risk.version)
        if not await self._risks.unlink(risk_id, activity_id):
            raise RiskMeasureNotFound()
        await self._tell(risk, "remove", activity_id)

    async def _hold(self, risk_id: UUID) -> Risk:
        risk = await self._risks.get(risk_id, lock=True)
        demand(refusal_to_manage(self._caller))
        await self._projects.get_active(risk.project_id)
        return risk

    async def _given(self, risk: Risk, activity_id: UUID) -> Activity:
        try:
            activity = await self._activities.get(activity_id)
        except ActivityNotFound:
            raise MeasureElsewhere("activityId") from None
        if activity.project_id != risk.project_id:
            raise MeasureElsewhere("activityId")
        return activity

    async def _made(self, risk: Risk, given: RiskMeasureCreate) -> Activity:
        await self._projects.get_replannable(risk.project_id)
        phases, _ = await PhaseService(self._session).held(risk.project_id)
        if given.phase_id is None or given.title is None or given.phase_id not in phases:
            raise MeasureElsewhere("phaseId")
        activity = Activity(
            tenant_id=risk.tenant_id,
            project_id=risk.project_id,
            phase_id=given.phase_id,
            position=await self._activities.last_position(risk.project_id) + 1,
            title=given.title.text().model_dump(),
            kind=ActivityKind.task.value,
            side=given.side and given.side.value,
            **window_values(given.window.widened() if given.window else None),
        )
        self._activities.add([activity])
        await self._session.flush()
        await record(self._session, "activity.create", "activity", activity.id, after={"risk_id": risk.id})
        told = ActivityAdded(project_id=activity.project_id, activity_id=activity.id, version=activity.version)
        await publish(self._session, told)
        return activity

    async def _tell(self, risk: Risk, verb: str, activity_id: UUID) -> None:
        risk.touch()
        after = {"activity_id": activity_id}
        await record(self._session, f"risk.{verb}_measure", "risk", risk.id, after=after)
        await self._changes.tell(risk, ["measures"])
