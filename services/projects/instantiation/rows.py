"""From a drawn plan to rows. Keys are made here, so that rows can refer to each other before anything is written."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.projects.activity.models import Activity, ActivityParticipation, Dependency
from services.projects.gate.models import Gate, GateCriterion
from services.projects.instantiation.draft import Draft, DraftActivity, DraftCriterion, DraftGate
from services.projects.phase.models import Phase, Track
from services.projects.plan.columns import window_values
from services.projects.project.models import ProjectParty
from services.projects.role.models import ProjectRole


@dataclass(frozen=True)
class PlanRows:
    """A plan's rows without those per unit, in the order in which they can be written."""

    phases: list[Phase]
    tracks: list[Track]
    activities: list[Activity]
    participations: list[ActivityParticipation]
    dependencies: list[Dependency]
    gates: list[Gate]
    criteria: list[GateCriterion]


def plan_rows(draft: Draft, tenant: UUID, project_id: UUID) -> PlanRows:
    """Every row of the plan, in the order of the template."""
    phases = [
        Phase(
            tenant_id=tenant,
            project_id=project_id,
            key=phase.row.key,
            source_ref=phase.row.source_ref,
            position=position,
            title=phase.title.model_dump(),
            purpose=phase.row.purpose.model_dump(),
            nominal_weeks_min=phase.row.nominal_weeks and phase.row.nominal_weeks[0],
            nominal_weeks_max=phase.row.nominal_weeks and phase.row.nominal_weeks[1],
            **window_values(phase.window),
        )
        for position, phase in enumerate(draft.phases, start=1)
    ]
    by_key = {phase.key: phase for phase in phases}
    activities = [
        _activity(drawn, by_key[drawn.row.phase], position) for position, drawn in enumerate(draft.activities, start=1)
    ]
    by_ref = {activity.source_ref: activity for activity in activities if activity.source_ref is not None}
    gates = [_gate(drawn, by_key[drawn.row.phase], position) for position, drawn in enumerate(draft.gates, start=1)]
    criteria = [
        criterion
        for drawn, gate in zip(draft.gates, gates, strict=True)
        for criterion in _criteria(drawn, gate, by_ref)
    ]
    return PlanRows(
        phases=phases,
        tracks=_tracks(draft, tenant, project_id),
        activities=activities,
        participations=[
            row for drawn in draft.activities for row in _participations(drawn, by_ref[drawn.row.source_ref])
        ],
        dependencies=_dependencies(draft, by_ref),
        gates=gates,
        criteria=criteria,
    )


def _plain(part: BaseModel | None) -> dict[str, Any] | None:
    return None if part is None else part.model_dump(mode="json")


def _tracks(draft: Draft, tenant: UUID, project_id: UUID) -> list[Track]:
    return [
        Track(
            tenant_id=tenant,
            project_id=project_id,
            key=track.key,
            source_ref=track.source_ref,
            position=position,
            title=track.title.model_dump(),
            alias=_plain(track.alias),
            content=track.content.model_dump(),
        )
        for position, track in enumerate(draft.template.tracks, start=1)
    ]


def _participations(drawn: DraftActivity, activity: Activity) -> list[ActivityParticipation]:
    return [
        ActivityParticipation(
            tenant_id=activity.tenant_id,
            project_id=activity.project_id,
            activity_id=activity.id,
            side=participant.side.value,
            role_key=participant.role,
            raci=participant.raci.value,
            hours_min=participant.hours and participant.hours[0],
            hours_max=participant.hours and participant.hours[1],
            note=_plain(participant.note),
        )
        for participant in drawn.row.participants
    ]


def _dependencies(draft: Draft, activities: dict[str, Activity]) -> list[Dependency]:
    return [
        Dependency(
            tenant_id=activities[link.predecessor].tenant_id,
            project_id=activities[link.predecessor].project_id,
            predecessor_id=activities[link.predecessor].id,
            successor_id=activities[link.successor].id,
            type=link.type.value,
            lag_days=link.lag_days,
            is_soft=link.soft,
            source_ref=link.source_ref,
        )
        for link in draft.template.dependencies
    ]


def _activity(drawn: DraftActivity, phase: Phase, position: int) -> Activity:
    row = drawn.row
    return Activity(
        tenant_id=phase.tenant_id,
        project_id=phase.project_id,
        phase_id=phase.id,
        track_key=row.track,
        source_ref=row.source_ref,
        position=position,
        title=drawn.title.model_dump(),
        note=_plain(drawn.note),
        kind=row.kind.value,
        side=row.side.value if row.side else None,
        is_enabled=drawn.is_enabled,
        option_key=row.enabled_if,
        needs_approval=row.approval_required,
        needed_decision=_plain(row.needs_decision),
        source_uncertain=_plain(row.source_uncertain),
        links=list(row.links),
        modality=row.modality and row.modality.value,
        section=_plain(drawn.section),
        is_checklist=row.checklist,
        fan_out=_plain(row.fan_out),
        duration_days_min=row.duration_days and row.duration_days[0],
        duration_days_max=row.duration_days and row.duration_days[1],
        external_party=row.external_party,
        **window_values(drawn.window),
    )


def _gate(drawn: DraftGate, phase: Phase, position: int) -> Gate:
    return Gate(
        tenant_id=phase.tenant_id,
        project_id=phase.project_id,
        phase_id=phase.id,
        key=drawn.row.key,
        source_ref=drawn.row.source_ref,
        position=position,
        title=drawn.title.model_dump(),
        is_window_derived=drawn.is_window_derived,
        **window_values(drawn.window),
    )


def _criteria(drawn: DraftGate, gate: Gate, activities: dict[str, Activity]) -> list[GateCriterion]:
    ids = {ref: activity.id for ref, activity in activities.items()}
    return [criterion_row(criterion, gate, ids, position) for position, criterion in enumerate(drawn.criteria, start=1)]


def criterion_row(drawn: DraftCriterion, gate: Gate, activities: dict[str, UUID], position: int) -> GateCriterion:
    """A criterion of a gate; `activities` are the ids of the plan's rows by source_ref."""
    return GateCriterion(
        tenant_id=gate.tenant_id,
        gate_id=gate.id,
        activity_id=activities[drawn.activity] if drawn.activity else None,
        key=drawn.key,
        position=position,
        kind=drawn.kind.value,
        params=drawn.params,
        title=drawn.title.model_dump(),
        is_mandatory=drawn.is_mandatory,
        basis=drawn.basis,
    )


def role_rows(draft: Draft, tenant: UUID, project_id: UUID) -> list[ProjectRole]:
    """The template's roles; their holders are assignments."""
    return [
        ProjectRole(
            tenant_id=tenant,
            project_id=project_id,
            key=role.key,
            source_ref=role.source_ref,
            side=role.side.value,
            title=role.title.model_dump(),
            duty=role.duty.model_dump(),
            min_count=role.min_count,
            is_per_unit=role.per_unit,
            needs_mandate=role.needs_mandate,
        )
        for role in draft.template.roles
    ]


def party_rows(parties: dict[str, str], tenant: UUID, project_id: UUID) -> list[ProjectParty]:
    return [
        ProjectParty(tenant_id=tenant, project_id=project_id, side=side, name=name) for side, name in parties.items()
    ]
