"""From template and choices to a dated plan, in memory: what a preview shows and what an instantiation writes.

Pure: no database, no clock. Both uses go through here, so that a preview never differs from what is made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.projects.instantiation.choices import Choices, OptionValue, settle
from services.projects.instantiation.fan_out import UnitRef, selected
from services.projects.plan.offset import RelativeWindow
from services.projects.plan.vocabulary import CriterionKind, SchoolForm
from services.projects.plan.window import Window
from services.projects.template import definition
from services.projects.template.criteria import (
    ActivityDoneTemplate,
    AttestationTemplate,
    CriterionTemplate,
    FromOption,
)
from shared.kit.text import Text

SCHOOL_FORM_NAMES = {
    SchoolForm.preschool: Text(sv="förskola", en="preschool", da="dagtilbud"),
    SchoolForm.compulsory: Text(sv="grundskola", en="compulsory school", da="grundskole"),
    SchoolForm.leisure: Text(sv="fritids", en="leisure", da="fritid"),
    SchoolForm.upper_secondary: Text(sv="gymnasium", en="upper secondary", da="gymnasium"),
    SchoolForm.adult: Text(sv="vuxenutbildning", en="adult education", da="voksenuddannelse"),
}


@dataclass(frozen=True)
class DraftPhase:
    row: definition.Phase
    title: Text
    window: Window | None


@dataclass(frozen=True)
class DraftActivity:
    """`is_enabled` is false for a row of an option that was not chosen: it is kept, but is no work.

    `units` are those that the row is repeated for.
    """

    row: definition.Activity
    title: Text
    note: Text | None
    section: Text | None
    window: Window | None
    is_enabled: bool
    units: tuple[UnitRef, ...] = ()


@dataclass(frozen=True)
class DraftCriterion:
    """`activity` is the source_ref that an `activity_done` criterion waits for."""

    key: str
    kind: CriterionKind
    title: Text
    params: dict[str, Any]
    is_mandatory: bool
    basis: str
    activity: str | None = None


@dataclass(frozen=True)
class DraftGate:
    """`is_window_derived`: the template gives no time, so the gate is due in the last period of its phase."""

    row: definition.Gate
    title: Text
    window: Window | None
    is_window_derived: bool
    criteria: tuple[DraftCriterion, ...]


@dataclass(frozen=True)
class Draft:
    template: definition.Template
    anchors: dict[str, date]
    options: dict[str, OptionValue]
    school_forms: tuple[SchoolForm, ...]
    phases: tuple[DraftPhase, ...]
    activities: tuple[DraftActivity, ...]
    gates: tuple[DraftGate, ...]
    names: dict[str, Text]

    def fill(self, text: Text) -> Text:
        """The text with the parties' names in it."""
        return fill(text, self.names)

    @property
    def children(self) -> int:
        """How many rows per unit the plan has, beside its own rows."""
        return sum(len(activity.units) for activity in self.activities)


def fill(text: Text, names: Mapping[str, Text]) -> Text:
    """The text with names in place of its variables, each in its own language. Other variables stay as they are."""
    if "{" not in text.sv + text.en + (text.da or ""):
        return text
    return Text(
        sv=text.sv.format_map(_Known({key: name.sv for key, name in names.items()})),
        en=text.en.format_map(_Known({key: name.en for key, name in names.items()})),
        da=text.da and text.da.format_map(_Known({key: name.pick("da") for key, name in names.items()})),
    )


class _Known(dict[str, str]):
    """Leaves a variable that it does not know as it was written."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def draw(template: definition.Template, choices: Choices) -> Draft:
    """The plan that these choices give. Raises ChoicesInvalid."""
    return _Drawing(template, choices).draft()


class _Drawing:
    """The working state while one draft is drawn."""

    def __init__(self, template: definition.Template, choices: Choices) -> None:
        self.template = template
        self.options = settle(template, choices)
        self.anchors: dict[str, date] = choices.anchors
        self.units = choices.units
        self.school_forms = choices.school_forms or template.school_forms
        self.names = {
            party.variable: Text(sv=name, en=name) if (name := choices.parties.get(party.side)) else party.title
            for party in template.parties
        }

    def draft(self) -> Draft:
        phases = tuple(DraftPhase(row, self.fill(row.title), self._window(row.window)) for row in self.template.phases)
        activities = tuple(self._activity(row) for row in self.template.activities)
        windows = {phase.row.key: phase.window for phase in phases}
        gates = tuple(self._gate(row, windows[row.phase], activities) for row in self.template.gates)
        return Draft(
            self.template, self.anchors, self.options, self.school_forms, phases, activities, gates, self.names
        )

    def fill(self, text: Text, **extra: Text) -> Text:
        """The text with party names (and other texts) filled in, each in its own language."""
        return fill(text, self.names | extra)

    def is_on(self, option: str | None) -> bool:
        return option is None or self.options[option] is True

    def _window(self, window: RelativeWindow | None) -> Window | None:
        """The window in dates; none where the template gives none, or reckons from a date that was not given.

        None too where it would end before it starts: `conflicts` tells that, and a strict plan is refused.
        """
        if window is None or not {window.first.anchor, window.last.anchor} <= self.anchors.keys():
            return None
        if window.last.resolve(self.anchors) < window.first.resolve(self.anchors):
            return None
        return window.resolve(self.anchors)

    def _activity(self, row: definition.Activity) -> DraftActivity:
        is_enabled = self.is_on(row.enabled_if)
        return DraftActivity(
            row,
            self.fill(row.title),
            row.note and self.fill(row.note),
            row.section and self.fill(row.section),
            self._window(row.window),
            is_enabled,
            # Rows that do not apply are repeated when they come to apply.
            tuple(selected(row.fan_out, self.units, self.school_forms)) if row.fan_out and is_enabled else (),
        )

    def _gate(
        self, row: definition.Gate, phase_window: Window | None, activities: tuple[DraftActivity, ...]
    ) -> DraftGate:
        window = self._window(row.window)
        is_derived = row.window is None and phase_window is not None
        if is_derived and phase_window is not None:
            window = Window.covering(phase_window.end, phase_window.end, phase_window.precision)
        enabled = [a for a in activities if a.is_enabled]
        criteria = [
            drawn
            for criterion in row.criteria
            if self.is_on(criterion.enabled_if)
            for drawn in self._criteria(criterion, row.phase, enabled)
        ]
        return DraftGate(row, self.fill(row.title), window, is_derived, _without_repeats(criteria))

    def _criteria(
        self, criterion: CriterionTemplate, phase: str, enabled: list[DraftActivity]
    ) -> Iterator[DraftCriterion]:
        if isinstance(criterion, ActivityDoneTemplate):
            yield from self._activity_criteria(criterion, phase, enabled)
        elif isinstance(criterion, AttestationTemplate):
            yield from self._attestations(criterion)
        else:
            yield self._criterion(criterion, criterion.params(self._number))

    def _activity_criteria(
        self, criterion: ActivityDoneTemplate, phase: str, enabled: list[DraftActivity]
    ) -> Iterator[DraftCriterion]:
        for activity in enabled:
            ref = activity.row.source_ref
            if criterion.activity == ref:
                yield self._criterion(criterion, {}, activity=ref)
            elif criterion.activity is None and activity.row.phase == phase:
                key = f"{criterion.key}-{ref.lower().replace('.', '-')}"
                yield self._criterion(criterion, {}, key=key, title=activity.title, activity=ref)

    def _attestations(self, criterion: AttestationTemplate) -> Iterator[DraftCriterion]:
        params = {"side": criterion.side.value}
        if not criterion.per_school_form:
            yield self._criterion(criterion, params)
            return
        for form in self.school_forms:
            title = self.fill(criterion.title, school_form=SCHOOL_FORM_NAMES[form])
            key = f"{criterion.key}-{form.value.replace('_', '-')}"
            yield self._criterion(criterion, params | {"school_form": form.value}, key=key, title=title)

    def _criterion(
        self,
        criterion: CriterionTemplate,
        params: dict[str, Any],
        *,
        key: str | None = None,
        title: Text | None = None,
        activity: str | None = None,
    ) -> DraftCriterion:
        return DraftCriterion(
            key=key or criterion.key,
            kind=CriterionKind(criterion.kind),
            title=title or self.fill(criterion.title),
            params=params,
            is_mandatory=criterion.mandatory,
            basis=criterion.basis,
            activity=activity,
        )

    def _number(self, value: int | FromOption) -> int:
        return int(self.options[value.option]) if isinstance(value, FromOption) else value


def _without_repeats(criteria: list[DraftCriterion]) -> tuple[DraftCriterion, ...]:
    """The first criterion for each activity: one that is named outright comes before the sweep over its phase."""
    seen: set[str] = set()
    kept = []
    for criterion in criteria:
        if criterion.activity is None or criterion.activity not in seen:
            kept.append(criterion)
        if criterion.activity is not None:
            seen.add(criterion.activity)
    return tuple(kept)
