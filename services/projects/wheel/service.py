"""The annual wheel: events that come back, rolled forward to data requests and dates of one school year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.benefit.errors import RowUnknown
from services.projects.benefit.known import demand_units
from services.projects.benefit.tell import change, tell
from services.projects.datarequest.schemas import DataRequestCreate
from services.projects.datarequest.service import DataRequestService
from services.projects.goal.errors import IndicatorNotFound
from services.projects.goal.service import IndicatorService
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.service import ProjectService
from services.projects.template.steering import AnnualWheel as WheelTemplate
from services.projects.template.steering import WheelEvent as EventTemplate
from services.projects.unit.service import UnitService
from services.projects.wheel.anchors import SchoolYear
from services.projects.wheel.errors import TermStartMissing, WheelEventNotFound, WheelKeyTaken, WheelNotFound
from services.projects.wheel.models import AnnualWheel, WheelEvent, WheelOccurrence
from services.projects.wheel.schemas import WheelCreate, WheelEventChange, WheelEventCreate
from services.projects.wheel.vocabulary import WheelAction, WheelAnchor
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.db import tenant_of
from shared.web.preconditions import check_version

_BEFORE = {
    WheelAnchor.tertial_1_end: 120,
    WheelAnchor.tertial_2_end: 123,
    WheelAnchor.tertial_3_end: 122,
    WheelAnchor.each_tertial_end: 122,
}
"""How many days before its anchor the period of a data request begins; a school year for the others."""
_TERTIALS = 3


@dataclass(frozen=True)
class Due:
    """What an event comes to. `occurrence` is what was rolled before, or has just been."""

    event: WheelEvent
    slot: int
    anchored: date
    on_date: date
    occurrence: WheelOccurrence | None
    is_new: bool


@dataclass(frozen=True)
class Rolled:
    year: int
    due: list[Due]
    unplaced: list[str]


class WheelService:
    """The annual wheels of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, wheel_id: UUID, *, lock: bool = False) -> AnnualWheel:
        """Raises WheelNotFound."""
        return await rows.get(self._session, AnnualWheel, wheel_id, WheelNotFound, lock=lock)

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[AnnualWheel]:
        return await rows.page(self._session, AnnualWheel, after, limit, col(AnnualWheel.project_id) == project_id)

    async def events(self, wheels: Sequence[AnnualWheel]) -> Sequence[WheelEvent]:
        return await rows.find(self._session, WheelEvent, col(WheelEvent.wheel_id).in_([one.id for one in wheels]))

    async def add(self, project_id: UUID, wanted: WheelCreate, caller: Principal) -> AnnualWheel:
        """Raises ProjectNotFound, ProjectClosed, NotYours, WheelKeyTaken."""
        await ProjectService(self._session).get_active(project_id)
        demand(refusal_to_lead(caller, Scope.goals_write))
        if wanted.key in {wheel.key for wheel in await self._of_project(project_id)}:
            raise WheelKeyTaken()
        wheel = AnnualWheel(
            tenant_id=tenant_of(self._session), project_id=project_id, key=wanted.key, title=wanted.title.model_dump()
        )
        self._session.add(wheel)
        await tell(self._session, "annual_wheel", "add", wheel, project_id=project_id, after={"key": wheel.key})
        return wheel

    async def add_event(self, wheel_id: UUID, wanted: WheelEventCreate, caller: Principal) -> WheelEvent:
        """Raises WheelNotFound, NotYours, ProjectClosed, WheelKeyTaken, RowUnknown, UnitsUnknown."""
        wheel = await self._lock(wheel_id, caller)
        if wanted.key in {event.key for event in await self.events([wheel])}:
            raise WheelKeyTaken()
        await self._demand_indicator(wheel.project_id, wanted.indicator_id)
        await demand_units(self._session, wanted.unit_ids)
        given = wanted.model_dump(mode="json", exclude={"indicator_id"})
        event = WheelEvent(tenant_id=wheel.tenant_id, wheel_id=wheel.id, indicator_id=wanted.indicator_id, **given)
        self._session.add(event)
        wheel.touch()
        after = {"event_id": event.id, "anchor": event.anchor, "action": event.action}
        await tell(self._session, "annual_wheel", "add_event", wheel, project_id=wheel.project_id, after=after)
        return event

    async def change_event(
        self, event_id: UUID, version: int, wanted: WheelEventChange, caller: Principal
    ) -> WheelEvent:
        """Raises WheelEventNotFound, NotYours, StaleVersion, ProjectClosed, UnitsUnknown."""
        event = await rows.get(self._session, WheelEvent, event_id, WheelEventNotFound, lock=True)
        wheel = await self._lock(event.wheel_id, caller)
        check_version(version, event.version)
        await demand_units(self._session, wanted.unit_ids or [])
        before, after = change(
            event, wanted.model_dump(mode="json", exclude_unset=True), words=frozenset({"title", "document"})
        )
        if after:
            event.touch()
            project_id = wheel.project_id
            await tell(
                self._session,
                "annual_wheel",
                "change_event",
                wheel,
                project_id=project_id,
                before=before,
                after=after | {"event_id": event.id},
            )
        return event

    async def preview(self, wheel_id: UUID, year: SchoolYear) -> Rolled:
        """What a school year would hold, without writing. Raises WheelNotFound, TermStartMissing."""
        return await self._due(await self.get(wheel_id), year)

    async def roll(self, wheel_id: UUID, year: SchoolYear, caller: Principal) -> Rolled:
        """Make what the school year lacks; what was made before stays, so that it can be done again.

        Raises WheelNotFound, NotYours, ProjectClosed, TermStartMissing.
        """
        wheel = await self._lock(wheel_id, caller)
        rolled = await self._due(wheel, year)
        made = [await self._make(wheel, due, year, caller) if due.is_new else due for due in rolled.due]
        fresh = sum(due.is_new for due in made)
        if fresh:
            wheel.touch()
            after = {"school_year": year.year, "made": fresh}
            await tell(self._session, "annual_wheel", "roll", wheel, project_id=wheel.project_id, after=after)
        return Rolled(year.year, made, rolled.unplaced)

    async def add_from_template(self, project_id: UUID, wheels: Sequence[WheelTemplate]) -> int:
        """Write the wheels of a template that the project lacks, by key; returns how many it wrote.

        What the source places nowhere stays unplaced: three times a year is by tertial, all else is the customer's.
        """
        known = {wheel.key for wheel in await self._of_project(project_id)}
        fresh = [row for row in wheels if row.key not in known]
        for row in fresh:
            wheel = AnnualWheel(
                tenant_id=tenant_of(self._session),
                project_id=project_id,
                key=row.key,
                source_ref=row.source_ref,
                title=row.title.model_dump(),
            )
            self._session.add(wheel)
            await self._session.flush()
            self._session.add_all([_event(wheel, one) for one in row.events])
        await self._session.flush()
        return len(fresh)

    async def _due(self, wheel: AnnualWheel, year: SchoolYear) -> Rolled:
        events = await self.events([wheel])
        placed = [event for event in events if event.anchor is not None]
        if lacking := _lacking(placed, year):
            raise TermStartMissing(lacking)
        past = await rows.find(
            self._session,
            WheelOccurrence,
            col(WheelOccurrence.event_id).in_([event.id for event in placed]),
            WheelOccurrence.school_year == year.year,
        )
        known = {(one.event_id, one.slot): one for one in past}
        due = []
        for event in placed:
            for slot, day in enumerate(year.days(_anchor(event))):
                if day is None:
                    continue
                former = known.get((event.id, slot))
                on_date = former.on_date if former else day + timedelta(days=event.offset_days)
                due.append(Due(event, slot, day, on_date, former, former is None))
        due.sort(key=lambda one: (one.on_date, one.event.key, one.slot))
        return Rolled(year.year, due, [event.key for event in events if event.anchor is None])

    async def _make(self, wheel: AnnualWheel, due: Due, year: SchoolYear, caller: Principal) -> Due:
        request_id = None
        if due.event.action == WheelAction.data_request:
            request_id = await self._ask(wheel, due, caller)
        occurrence = WheelOccurrence(
            tenant_id=wheel.tenant_id,
            event_id=due.event.id,
            school_year=year.year,
            slot=due.slot,
            on_date=due.on_date,
            data_request_id=request_id,
        )
        self._session.add(occurrence)
        await self._session.flush()
        return Due(due.event, due.slot, due.anchored, due.on_date, occurrence, is_new=True)

    async def _ask(self, wheel: AnnualWheel, due: Due, caller: Principal) -> UUID | None:
        """The data request of an event; None where there is no unit to ask."""
        event = due.event
        units = [UUID(unit) for unit in event.unit_ids] or list(await UnitService(self._session).present_ids())
        if not units:
            return None
        period = timedelta(days=_BEFORE.get(_anchor(event), 365) - 1)
        asks_value = event.indicator_id is not None
        wanted = DataRequestCreate(
            title=event.title["sv"][:200],
            indicator_id=event.indicator_id,
            question=event.question,
            period_start=due.anchored - period if asks_value else None,
            period_end=due.anchored if asks_value else None,
            unit_ids=units,
            due=due.on_date,
            follow_up_due=due.on_date + timedelta(days=event.follow_up_days),
            feedback_due=due.on_date + timedelta(days=max(event.feedback_days, event.follow_up_days)),
        )
        view = await DataRequestService(self._session).write(wheel.project_id, wanted, caller.subject)
        return view.request.id

    async def _lock(self, wheel_id: UUID, caller: Principal) -> AnnualWheel:
        wheel = await self.get(wheel_id, lock=True)
        demand(refusal_to_lead(caller, Scope.goals_write))
        await ProjectService(self._session).get_active(wheel.project_id)
        return wheel

    async def _of_project(self, project_id: UUID) -> Sequence[AnnualWheel]:
        return await rows.find(self._session, AnnualWheel, AnnualWheel.project_id == project_id)

    async def _demand_indicator(self, project_id: UUID, indicator_id: UUID | None) -> None:
        if indicator_id is None:
            return
        try:
            found = await IndicatorService(self._session).get(indicator_id)
        except IndicatorNotFound:
            raise RowUnknown("#/indicatorId") from None
        if found.project_id != project_id:
            raise RowUnknown("#/indicatorId")


def _anchor(event: WheelEvent) -> WheelAnchor:
    """The anchor of an event that is placed."""
    return WheelAnchor(str(event.anchor))


def _lacking(events: Sequence[WheelEvent], year: SchoolYear) -> list[str]:
    """The days of the year that these events need and nobody gave, by their names on the wire."""
    anchors = {_anchor(event) for event in events}
    needs = {
        "autumnTermStart": ({WheelAnchor.autumn_term_start, WheelAnchor.each_term_start}, year.autumn_term_start),
        "springTermStart": ({WheelAnchor.spring_term_start, WheelAnchor.each_term_start}, year.spring_term_start),
    }
    return [name for name, (users, day) in needs.items() if day is None and anchors & users]


def _event(wheel: AnnualWheel, row: EventTemplate) -> WheelEvent:
    action = WheelAction(row.generates or "reminder")
    return WheelEvent(
        tenant_id=wheel.tenant_id,
        wheel_id=wheel.id,
        key=row.key,
        source_ref=row.source_ref,
        title=row.title.model_dump(),
        anchor=WheelAnchor.each_tertial_end.value if row.times_per_year == _TERTIALS else None,
        action=action.value,
        question=row.title.sv if action is WheelAction.data_request else None,
        unit_ids=[],
        audience=row.audience.model_dump() if row.audience else None,
        document=row.template_document.model_dump() if row.template_document else None,
    )
