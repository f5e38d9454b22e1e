"""What a careful reader would remark about a drawn plan. Remarks never stop an instantiation; they are told before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.projects.instantiation.choices import Choices
from services.projects.instantiation.draft import Draft
from services.projects.plan.vocabulary import PartySide
from services.projects.template.definition import Role
from shared.kit.text import Text


@dataclass(frozen=True)
class Remark:
    """`code` is stable; `source_ref` names the row, or is None for the plan as a whole."""

    code: str
    severity: Literal["info", "warning"]
    text: Text
    source_ref: str | None = None


def missing_roles(draft: Draft, choices: Choices) -> list[Role]:
    """Roles of the template that nobody holds yet; a supplier's roles only where there is a supplier."""
    present = {PartySide.customer, *choices.parties}
    return [role for role in draft.template.roles if role.key not in choices.roles and role.side in present]


def remarks(draft: Draft, choices: Choices, today: date) -> list[Remark]:
    """All remarks, plan first, then row by row."""
    return [
        *_about_the_plan(draft, choices, today),
        *_about_phases(draft),
        *_about_activities(draft),
        *_about_gates(draft),
    ]


def _about_the_plan(draft: Draft, choices: Choices, today: date) -> Iterator[Remark]:
    first = draft.phases[0].window if draft.phases else None
    if first is not None and first.is_overdue(today):
        text = Text(sv="Planen börjar i det förgångna", en="The plan starts in the past")
        yield Remark("starts_in_past", "warning", text)
    needs_supplier = any(activity.row.side is PartySide.supplier for activity in draft.activities)
    if needs_supplier and PartySide.supplier not in choices.parties:
        text = Text(
            sv="Planen har rader för en leverantör, men ingen leverantör är angiven",
            en="The plan has rows for a supplier, but no supplier is named",
        )
        yield Remark("no_supplier", "warning", text)


def _about_phases(draft: Draft) -> Iterator[Remark]:
    for phase in draft.phases:
        if phase.row.nominal_weeks is None or phase.window is None:
            continue
        longest = phase.row.nominal_weeks[1]
        weeks = round(phase.window.weeks)
        if phase.window.weeks > longest:
            yield Remark(
                "window_exceeds_effort",
                "warning",
                Text(
                    sv=f"Fönstret är omkring {weeks} veckor, den angivna tiden högst {longest}",
                    en=f"The window is about {weeks} weeks, the stated duration at most {longest}",
                ),
                phase.row.source_ref,
            )


def _about_activities(draft: Draft) -> Iterator[Remark]:
    phases = {phase.row.key: phase.window for phase in draft.phases}
    for activity in draft.activities:
        row = activity.row
        if not activity.is_enabled:
            text = Text(sv="Raden gäller inte med dessa val", en="The row does not apply with these choices")
            yield Remark("not_enabled", "info", text, row.source_ref)
            continue
        if row.source_uncertain is not None:
            yield Remark("source_uncertain", "info", row.source_uncertain.note, row.source_ref)
        if activity.window is not None and activity.window.tentative:
            text = Text(sv="Tiden är preliminär redan i källan", en="The time is tentative in the source itself")
            yield Remark("tentative_window", "warning", text, row.source_ref)
        around = phases.get(row.phase)
        if activity.window and around and (activity.window.start < around.start or activity.window.end > around.end):
            text = Text(sv="Raden ligger utanför sin fas", en="The row lies outside its phase")
            yield Remark("outside_phase", "warning", text, row.source_ref)
        if row.needs_decision is not None:
            yield Remark("decision_needed", "warning", row.needs_decision.question, row.source_ref)


def _about_gates(draft: Draft) -> Iterator[Remark]:
    for gate in draft.gates:
        if gate.is_window_derived:
            text = Text(
                sv="Mallen anger ingen tid; grinden väntas när fasen slutar",
                en="The template gives no time; the gate is expected when its phase ends",
            )
            yield Remark("due_date_derived", "info", text, gate.row.source_ref)
