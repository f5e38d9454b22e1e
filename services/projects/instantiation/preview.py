"""A drawn plan as a preview shows it."""

from datetime import date

from services.projects.instantiation.choices import Choices
from services.projects.instantiation.conflicts import conflicts
from services.projects.instantiation.draft import Draft
from services.projects.instantiation.facts import facts
from services.projects.instantiation.lint import missing_roles, remarks
from services.projects.instantiation.preview_schemas import (
    ConflictPublic,
    MissingRole,
    PlanFactsPublic,
    PlanPreview,
    PreviewActivity,
    PreviewCriterion,
    PreviewGate,
    PreviewPhase,
    RemarkPublic,
)


def preview(draft: Draft, choices: Choices, today: date) -> PlanPreview:
    return PlanPreview(
        options=draft.options,
        school_forms=list(draft.school_forms),
        phases=_phases(draft),
        activities=_activities(draft),
        gates=_gates(draft),
        missing_roles=[MissingRole.model_validate(role) for role in missing_roles(draft, choices)],
        remarks=[RemarkPublic.model_validate(remark) for remark in remarks(draft, choices, today)],
        conflicts=[ConflictPublic.model_validate(conflict) for conflict in conflicts(draft)],
        facts=PlanFactsPublic.model_validate(facts(draft)),
    )


def _phases(draft: Draft) -> list[PreviewPhase]:
    return [
        PreviewPhase.model_validate(
            {
                "key": phase.row.key,
                "source_ref": phase.row.source_ref,
                "title": phase.title,
                "window": phase.window,
                "nominal_weeks_min": phase.row.nominal_weeks and phase.row.nominal_weeks[0],
                "nominal_weeks_max": phase.row.nominal_weeks and phase.row.nominal_weeks[1],
            }
        )
        for phase in draft.phases
    ]


def _activities(draft: Draft) -> list[PreviewActivity]:
    return [
        PreviewActivity.model_validate(
            {
                "source_ref": activity.row.source_ref,
                "phase": activity.row.phase,
                "title": activity.title,
                "kind": activity.row.kind,
                "side": activity.row.side,
                "window": activity.window,
                "is_enabled": activity.is_enabled,
                "units": len(activity.units),
            }
        )
        for activity in draft.activities
    ]


def _gates(draft: Draft) -> list[PreviewGate]:
    return [
        PreviewGate.model_validate(
            {
                "key": gate.row.key,
                "source_ref": gate.row.source_ref,
                "phase": gate.row.phase,
                "title": gate.title,
                "window": gate.window,
                "is_window_derived": gate.is_window_derived,
                "criteria": [PreviewCriterion.model_validate(criterion) for criterion in gate.criteria],
            }
        )
        for gate in draft.gates
    ]
