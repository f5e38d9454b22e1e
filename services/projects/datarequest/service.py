"""Asking units for data, and giving something back for it: no result is asked for in vain (MIT-W1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.benefit.errors import RowUnknown
from services.projects.benefit.known import demand_units
from services.projects.benefit.rights import refusal_to_answer, refusal_to_move
from services.projects.benefit.tell import change, tell
from services.projects.datarequest.errors import (
    DataRequestClosed,
    DataRequestNotFound,
    NotAsked,
    NotFollowedUp,
    NothingAnswered,
)
from services.projects.datarequest.models import DataRequest, DataRequestUnit
from services.projects.datarequest.repository import DataRequestRepository, RequestFilter
from services.projects.datarequest.schemas import DataRequestAnswer, DataRequestChange, DataRequestCreate
from services.projects.goal.errors import IndicatorNotFound
from services.projects.goal.schemas.measurement import exact
from services.projects.goal.service import IndicatorService, MeasurementService, Reading
from services.projects.goal.vocabulary import MeasurementKind
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.contracts.projects_steering import DataRequestFeedbackOverdue
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue.jobs import start_job
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

REMIND = "data_requests.remind"
"""The job that looks at one request on the day after its feedback was due."""
_ZONE = ZoneInfo("Europe/Stockholm")
_ORDER = Text(
    sv="Svar, uppföljning och återkoppling ska följa på varandra",
    en="Answers, follow-up and feedback follow each other",
)

Late = Literal["answers", "follow_up", "feedback"]

__all__ = ["REMIND", "DataRequestService", "RequestFilter", "RequestView", "overdue_of"]


@dataclass(frozen=True)
class RequestView:
    """A request with the units that it asks."""

    request: DataRequest
    units: list[DataRequestUnit]

    @property
    def missing(self) -> list[str]:
        """What must be there before it can be closed."""
        given = {"follow_up": self.request.followed_up_at, "feedback": self.request.feedback_at}
        return [name for name, at in given.items() if at is None]


def overdue_of(view: RequestView, today: date) -> list[Late]:
    """What is late: each only after the end of its day, and nothing of a closed request."""
    request = view.request
    if request.closed_at is not None:
        return []
    waiting: dict[Late, tuple[date, bool]] = {
        "answers": (request.due, any(unit.answered_at is None for unit in view.units)),
        "follow_up": (request.follow_up_due, request.followed_up_at is None),
        "feedback": (request.feedback_due, request.feedback_at is None),
    }
    return [name for name, (due, is_open) in waiting.items() if is_open and today > due]


class DataRequestService:
    """The data requests of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._requests = DataRequestRepository(session)

    async def get(self, request_id: UUID) -> RequestView:
        """Raises DataRequestNotFound."""
        return await self.view(await rows.get(self._session, DataRequest, request_id, DataRequestNotFound))

    async def view(self, request: DataRequest) -> RequestView:
        return RequestView(request, list(await self._requests.units([request.id])))

    async def list_after(
        self, project_id: UUID, narrowed: RequestFilter, after: UUID | None, limit: int
    ) -> list[RequestView]:
        found = await self._requests.list_after(project_id, narrowed, after, limit, clock.today())
        units = await self._requests.units([request.id for request in found])
        return [RequestView(one, [unit for unit in units if unit.request_id == one.id]) for one in found]

    async def add(self, project_id: UUID, wanted: DataRequestCreate, caller: Principal) -> RequestView:
        """Raises ProjectNotFound, ProjectClosed, NotYours, RowUnknown, UnitsUnknown."""
        await ProjectService(self._session).get_active(project_id)
        demand(refusal_to_lead(caller, Scope.goals_write))
        return await self.write(project_id, wanted, caller.subject)

    async def write(self, project_id: UUID, wanted: DataRequestCreate, by: UUID) -> RequestView:
        """Write a request in an active project; `by` owns it unless it names another. The annual wheel asks so too."""
        await self._demand_indicator(project_id, wanted.indicator_id)
        await demand_units(self._session, wanted.unit_ids)
        given = wanted.model_dump(exclude={"unit_ids", "owner_id", "feedback_due"})
        request = DataRequest(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            owner_id=wanted.owner_id or by,
            feedback_due=wanted.feedback_due or wanted.follow_up_due,
            **given,
        )
        self._session.add(request)
        await self._session.flush()
        for unit_id in sorted(set(wanted.unit_ids)):
            self._session.add(DataRequestUnit(tenant_id=request.tenant_id, request_id=request.id, unit_id=unit_id))
        after = {"units": len(set(wanted.unit_ids)), "due": request.due, "feedback_due": request.feedback_due}
        await self._tell("add", request, None, after)
        await self._remind(request)
        return await self.view(request)

    async def change(self, request_id: UUID, version: int, wanted: DataRequestChange, caller: Principal) -> RequestView:
        """Raises DataRequestNotFound, NotYours, StaleVersion, DataRequestClosed, ProjectClosed, Invalid."""
        request = await self._lock_open(request_id)
        demand(refusal_to_move(caller, Scope.goals_write, request.owner_id))
        check_version(version, request.version)
        given = wanted.model_dump(exclude_unset=True)
        before, after = change(request, given, words=frozenset({"title"}))
        if not request.due <= request.follow_up_due <= request.feedback_due:
            raise Invalid(_ORDER, errors=[FieldError(pointer="#", detail=_ORDER, code="order")])
        if after:
            request.touch()
            if "feedback_due" in after:
                request.overdue_told_at = None
                await self._remind(request)
            await self._tell("change", request, before, after)
        return await self.view(request)

    async def answer(self, request_id: UUID, wanted: DataRequestAnswer, caller: Principal) -> RequestView:
        """Keep a unit's answer. Raises DataRequestNotFound, NotYours, DataRequestClosed, NotAsked, NothingAnswered."""
        request = await self._lock_open(request_id)
        demand(refusal_to_answer(caller, Scope.goals_write, wanted.unit_id))
        view = await self.view(request)
        unit = next((one for one in view.units if one.unit_id == wanted.unit_id), None)
        if unit is None:
            raise NotAsked()
        if request.indicator_id is None and wanted.text is None:
            raise NothingAnswered("#/text")
        if request.indicator_id is not None:
            await self._measure(request, wanted, caller.subject)
        unit.answer = wanted.text or ""
        unit.answered_at, unit.answered_by = clock.now(), caller.subject
        request.touch()
        await self._tell("answer", request, None, {"unit_id": unit.unit_id})
        return view

    async def follow_up(self, request_id: UUID, text: str, caller: Principal) -> RequestView:
        """Raises DataRequestNotFound, NotYours, DataRequestClosed."""
        request = await self._lock_open(request_id)
        demand(refusal_to_move(caller, Scope.goals_write, request.owner_id))
        request.follow_up, request.followed_up_at = text, clock.now()
        request.touch()
        await self._tell("follow_up", request, None, None)
        return await self.view(request)

    async def feed_back(self, request_id: UUID, text: str, caller: Principal) -> RequestView:
        """Raises DataRequestNotFound, NotYours, DataRequestClosed."""
        request = await self._lock_open(request_id)
        demand(refusal_to_move(caller, Scope.goals_write, request.owner_id))
        request.feedback, request.feedback_at = text, clock.now()
        request.touch()
        await self._tell("feed_back", request, None, None)
        return await self.view(request)

    async def close(self, request_id: UUID, caller: Principal) -> RequestView:
        """Raises DataRequestNotFound, NotYours, DataRequestClosed, NotFollowedUp."""
        request = await self._lock_open(request_id)
        demand(refusal_to_move(caller, Scope.goals_write, request.owner_id))
        view = await self.view(request)
        if view.missing:
            raise NotFollowedUp(view.missing)
        request.closed_at = clock.now()
        request.touch()
        await self._tell("close", request, {"state": "open"}, {"state": "closed"})
        return view

    async def tell_overdue(self, request_id: UUID) -> bool:
        """Publish, once, that the feedback of an open request is late; True when it was."""
        request = await rows.get(self._session, DataRequest, request_id, DataRequestNotFound, lock=True)
        view = await self.view(request)
        if request.overdue_told_at is not None or "feedback" not in overdue_of(view, clock.today()):
            return False
        request.overdue_told_at = clock.now()
        event = DataRequestFeedbackOverdue(
            project_id=request.project_id, data_request_id=request.id, units=len(view.units)
        )
        await publish(self._session, event)
        return True

    async def owned_by(self, account_id: UUID) -> Sequence[DataRequest]:
        return await rows.find(self._session, DataRequest, DataRequest.owner_id == account_id)

    async def answered_by(self, account_id: UUID) -> Sequence[DataRequestUnit]:
        return await rows.find(self._session, DataRequestUnit, DataRequestUnit.answered_by == account_id)

    async def _demand_indicator(self, project_id: UUID, indicator_id: UUID | None) -> None:
        if indicator_id is None:
            return
        try:
            indicator = await IndicatorService(self._session).get(indicator_id)
        except IndicatorNotFound:
            raise RowUnknown("#/indicatorId") from None
        if indicator.project_id != project_id:
            raise RowUnknown("#/indicatorId")

    async def _measure(self, request: DataRequest, wanted: DataRequestAnswer, by: UUID) -> None:
        if wanted.value is None or request.period_start is None or request.period_end is None:
            raise NothingAnswered("#/value")
        measurements = MeasurementService(self._session)
        indicator = await measurements.lock_for_writing(request.indicator_id or request.id)
        reading = Reading(
            kind=MeasurementKind.actual,
            unit_id=wanted.unit_id,
            period_start=request.period_start,
            period_end=request.period_end,
            value=exact(wanted.value),
            n=wanted.n,
            source=f"data-request:{request.id}",
        )
        _, written = await measurements.put(indicator, reading, by, replaces=True)
        if written != "unchanged":
            await measurements.told(indicator, 1)

    async def _lock_open(self, request_id: UUID) -> DataRequest:
        request = await rows.get(self._session, DataRequest, request_id, DataRequestNotFound, lock=True)
        await ProjectService(self._session).get_active(request.project_id)
        if request.closed_at is not None:
            raise DataRequestClosed()
        return request

    async def _remind(self, request: DataRequest) -> None:
        """Ask for the look on the morning after; of the same day only one, a moved day asks anew."""
        morning = datetime.combine(request.feedback_due + timedelta(days=1), time(), _ZONE)
        delay = max(morning - clock.now(), timedelta(0)) + timedelta(seconds=1)
        slot = f"{request.id}@{request.feedback_due.isoformat()}"
        await start_job(self._session, REMIND, {"request": request.id}, after=delay, slot=slot)

    async def _tell(
        self, verb: str, request: DataRequest, before: dict[str, Any] | None, after: dict[str, Any] | None
    ) -> None:
        project_id = request.project_id
        await tell(self._session, "data_request", verb, request, project_id=project_id, before=before, after=after)
