"""Governance from a template: bodies with their seats, direction decisions, and the questions that activities wait for.

In the transaction of the instantiation, which publishes for the project as a whole. What the project has already (by
source reference, or by key) is left as it is, so that a second run writes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.body.cadence import Cadence
from services.projects.body.models import Body, Seat, SeatMembership
from services.projects.body.service import BodyService
from services.projects.body.vocabulary import Mandate
from services.projects.decision.models import Decision
from services.projects.decision.service import DecisionService
from services.projects.plan.columns import window_values
from services.projects.plan.offset import AnchorUnknown
from services.projects.plan.window import Window
from services.projects.project.models import Project
from services.projects.role.service import RoleService
from services.projects.template.steering import Body as BodyTemplate
from services.projects.template.steering import Decision as DecisionTemplate
from services.projects.template.steering import MeetingSeries as SeriesTemplate
from services.projects.template.steering import Seat as SeatTemplate
from shared.kit import clock
from shared.kit.text import Text

_SCHOOL_FORMS = {
    "preschool": Text(sv="förskola", en="preschool", da="dagtilbud"),
    "compulsory": Text(sv="grundskola", en="compulsory school", da="grundskole"),
    "leisure": Text(sv="fritids", en="leisure", da="fritid"),
    "upper_secondary": Text(sv="gymnasium", en="upper secondary", da="gymnasium"),
    "adult": Text(sv="vuxenutbildning", en="adult education", da="voksenuddannelse"),
}


class GovernanceService:
    """Writes what a template says about governance."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._bodies = BodyService(session)
        self._decisions = DecisionService(session)
        self._roles = RoleService(session)

    async def add_from_template(
        self,
        project: Project,
        bodies: Sequence[BodyTemplate],
        decisions: Sequence[DecisionTemplate],
        *,
        per_form: frozenset[str] = frozenset(),
        asking: Collection[str] = (),
    ) -> int:
        """Write what the project lacks; returns how many rows that were.

        The texts have their party names filled in. `per_form` are the roles with one seat for each school form,
        `asking` the source rows of activities that wait for a decision: each gets an open question.
        """
        written = await self._add_bodies(project, bodies, per_form)
        written += await self._add_decisions(project, decisions)
        return written + await self._add_questions(project.id, asking)

    async def _add_bodies(self, project: Project, rows: Sequence[BodyTemplate], per_form: frozenset[str]) -> int:
        known = {body.key for body in await self._bodies.of_project(project.id)}
        fresh = [row for row in rows if row.key not in known]
        holders = await self._holders(project.id)
        sides = {role.key: role.side for role in await self._roles.roles(project.id)}
        made: list[Body | Seat | SeatMembership] = []
        for position, row in enumerate(fresh, start=len(known) + 1):
            body = _body(row, project, position)
            seats = _seats(row, body, project.school_forms, per_form, sides)
            made += [body, *seats]
            await self._bodies.add([body, *seats])
            await self._bodies.add(
                [_member(seat, holders[seat.role_key]) for seat in seats if seat.role_key in holders]
            )
        return len(made)

    async def _add_decisions(self, project: Project, rows: Sequence[DecisionTemplate]) -> int:
        known = await self._decisions.refs(project.id)
        fresh = [_cell(row, project) for row in rows if row.source_ref not in known]
        await self._decisions.add(fresh)
        return len(fresh)

    async def _add_questions(self, project_id: UUID, asking: Collection[str]) -> int:
        if not asking:
            return 0
        activities, known = ActivityService(self._session), await self._decisions.refs(project_id)
        asked = 0
        for activity in await activities.by_ids(await activities.matching(project_id, (), asking, ())):
            needed, ref = activity.needed_decision, activity.source_ref
            if not activity.is_enabled or needed is None or ref is None or ref in known:
                continue
            decision = Decision(
                tenant_id=activity.tenant_id,
                project_id=activity.project_id,
                key=key_of(ref),
                source_ref=ref,
                activity_id=activity.id,
                question=needed["question"],
                by_side=needed["by"],
                **window_values(activity.window),
            )
            await self._decisions.add([decision])
            await self._decisions.tell_taken(decision)
            asked += 1
        if asked:
            await self._decisions.tell_overdue(project_id)
        return asked

    async def _holders(self, project_id: UUID) -> dict[str | None, UUID]:
        """Who holds each role, by its key: they sit in the seats of their role from the start."""
        by_id = await self._roles.holders(project_id)
        return {role.key: by_id[role.id] for role in await self._roles.roles(project_id) if role.id in by_id}


def key_of(source_ref: str) -> str:
    """The key of a question that carries a requirement row: `HAN-A4.02` is `han_a4_02`."""
    return source_ref.lower().replace("-", "_").replace(".", "_")


def _body(row: BodyTemplate, project: Project, position: int) -> Body:
    cadence = {
        stage.value: Cadence.model_validate(said.model_dump()).model_dump(mode="json")
        for stage, said in row.cadence.items()
    }
    return Body(
        tenant_id=project.tenant_id,
        project_id=project.id,
        key=row.key,
        source_ref=row.source_ref,
        position=position,
        level=row.level,
        mandate=(Mandate.decides if row.decides else Mandate.advisory).value,
        title=row.title.model_dump(),
        purpose=row.handles.model_dump(),
        note=row.note.model_dump() if row.note else None,
        cadence=cadence,
        active_phase=row.active_from,
        escalates_to=row.escalates_to,
        size=row.size,
        summons_days=row.summons_days,
        **window_values(_window(row.series, project)),
    )


def _window(series: Sequence[SeriesTemplate], project: Project) -> Window | None:
    """The time that the body's work for its purposes spans; None where an anchor of it has no date."""
    anchors = {key: date.fromisoformat(day) for key, day in project.anchors.items()}
    try:
        found = [one.window.resolve(anchors) for one in series if one.window is not None]
    except AnchorUnknown:
        return None
    if not found:
        return None
    first, last = min(one.start for one in found), max(one.end for one in found)
    tentative = any(one.tentative for one in found)
    return Window.covering(first, last, found[0].precision, tentative=tentative)


def _seats(
    row: BodyTemplate, body: Body, school_forms: Sequence[str], per_form: frozenset[str], sides: Mapping[str, str]
) -> list[Seat]:
    found: list[Seat] = []
    used: dict[str, int] = {}
    for seat in row.seats:
        forms: Sequence[str | None] = school_forms if seat.role in per_form and school_forms else [None] * seat.count
        for form in forms:
            stem = "_".join(filter(None, (seat.role or "seat", form)))
            used[stem] = used.get(stem, 0) + 1
            is_first = used[stem] == 1 and seat.role is not None
            key = stem if is_first else f"{stem}_{used[stem]}"
            found.append(_seat(seat, body, key, len(found) + 1, form, sides))
    return found


def _seat(seat: SeatTemplate, body: Body, key: str, position: int, form: str | None, sides: Mapping[str, str]) -> Seat:
    return Seat(
        tenant_id=body.tenant_id,
        project_id=body.project_id,
        body_id=body.id,
        key=key,
        position=position,
        title=_title(seat.title, form),
        side=sides.get(seat.role or ""),
        role_key=seat.role,
        unit_title=seat.unit.model_dump() if seat.unit else None,
        school_form=form,
        source_ref=body.source_ref,
        source_uncertain=seat.source_uncertain,
    )


def _title(title: Text | None, form: str | None) -> dict[str, Any] | None:
    if title is None or form is None:
        return title.model_dump() if title else None
    name = _SCHOOL_FORMS[form]
    danish = f"{title.da}: {name.da}" if title.da else None
    return Text(sv=f"{title.sv}: {name.sv}", en=f"{title.en}: {name.en}", da=danish).model_dump()


def _member(seat: Seat, account_id: UUID) -> SeatMembership:
    return SeatMembership(tenant_id=seat.tenant_id, seat_id=seat.id, account_id=account_id, valid_from=clock.today())


def _cell(row: DecisionTemplate, project: Project) -> Decision:
    """A cell of the matrix, open: the template says what the source proposes, the customer decides."""
    known = row.function or Text(sv=f"Oläsligt i källan ({row.source_ref})", en=f"Unreadable ({row.source_ref})")
    question = Text(
        sv=f"Hur bindande är användningen: {known.sv}?",
        en=f"How binding is the use: {known.en}?",
        da=f"Hvor bindende er brugen: {known.da}?" if known.da else None,
    )
    return Decision(
        tenant_id=project.tenant_id,
        project_id=project.id,
        key=key_of(row.source_ref),
        source_ref=row.source_ref,
        question=question.model_dump(),
        function=row.function.model_dump() if row.function else None,
        tool=row.tool.model_dump() if row.tool else None,
        modality=row.modality.value if row.modality else None,
        school_forms=[form.value for form in row.school_forms],
        certainty=row.certainty,
        source_text=row.source_text,
        candidates=[candidate.model_dump() for candidate in row.candidates],
    )
