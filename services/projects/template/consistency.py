"""Whether a template holds together: every reference inside it points at something, every key is used once.

The schema checks each part alone; this checks them against each other. A template that fails is never loaded.
"""

import string
from collections import Counter
from collections.abc import Iterator

from services.projects.plan.offset import RelativeWindow
from services.projects.template.criteria import ActivityDoneTemplate, CriterionTemplate, FromOption
from services.projects.template.definition import Activity, Gate, Phase, Template
from shared.kit.text import Text

# Filled in when a criterion is repeated for each school form.
LOOP_VARIABLE = "school_form"


class TemplateInconsistent(ValueError):
    """A template contradicts itself; `args` are the findings, one sentence each."""


def check(template: Template) -> None:
    """Raise TemplateInconsistent with everything that does not hold together."""
    findings = [
        *_repeated_keys(template),
        *_unknown_references(template),
        *_bad_windows(template),
        *(finding for gate in template.gates for finding in _bad_criteria(template, gate)),
        *_unknown_variables(template),
    ]
    if findings:
        raise TemplateInconsistent(*findings)


def _repeated_keys(template: Template) -> Iterator[str]:
    groups = {
        "source_ref": template.source_refs(),
        "phase": [phase.key for phase in template.phases],
        "track": [track.key for track in template.tracks],
        "gate": [gate.key for gate in template.gates],
        "role": [role.key for role in template.roles],
    }
    for name, keys in groups.items():
        for key, times in Counter(keys).items():
            if times > 1:
                yield f"{name} {key} appears {times} times"


def _unknown_references(template: Template) -> Iterator[str]:
    phases = {phase.key for phase in template.phases}
    tracks = {track.key for track in template.tracks}
    switches = {key for key, option in template.options.items() if option.type == "bool"}
    for activity in template.activities:
        if activity.phase not in phases:
            yield f"{activity.source_ref} names the unknown phase {activity.phase}"
        if activity.track is not None and activity.track not in tracks:
            yield f"{activity.source_ref} names the unknown track {activity.track}"
        if activity.enabled_if is not None and activity.enabled_if not in switches:
            yield f"{activity.source_ref} depends on {activity.enabled_if}, which is no bool option"
    closed = Counter(gate.phase for gate in template.gates)
    for phase in template.phases:
        if closed[phase.key] != 1:
            yield f"phase {phase.key} is closed by {closed[phase.key]} gates; it needs exactly one"


def _windows(template: Template) -> Iterator[tuple[str, RelativeWindow]]:
    rows: tuple[Phase | Activity | Gate, ...] = (*template.phases, *template.activities, *template.gates)
    for row in rows:
        if row.window is not None:
            yield row.source_ref, row.window


def _bad_windows(template: Template) -> Iterator[str]:
    for ref, window in _windows(template):
        for offset in (window.first, window.last):
            if offset.anchor not in template.anchors:
                yield f"{ref} reckons from the unknown anchor {offset.anchor}"
        if window.first.anchor == window.last.anchor and window.last.days_at_most() < window.first.days_at_least():
            yield f"{ref} ends before it starts"


def _bad_criteria(template: Template, gate: Gate) -> Iterator[str]:
    activities = {activity.source_ref for activity in template.activities}
    for key, times in Counter(criterion.key for criterion in gate.criteria).items():
        if times > 1:
            yield f"{gate.source_ref} has {times} criteria {key}"
    for criterion in gate.criteria:
        if isinstance(criterion, ActivityDoneTemplate) and criterion.activity not in {None, *activities}:
            yield f"{gate.source_ref} waits for the unknown activity {criterion.activity}"
        for option, wanted in _options_of(criterion):
            found = template.options.get(option)
            if found is None or found.type != wanted:
                yield f"{gate.source_ref} {criterion.key} needs the {wanted} option {option}, which is not there"


def _options_of(criterion: CriterionTemplate) -> Iterator[tuple[str, str]]:
    if criterion.enabled_if is not None:
        yield criterion.enabled_if, "bool"
    for name in type(criterion).model_fields:
        value = getattr(criterion, name)
        if isinstance(value, FromOption):
            yield value.option, "integer"


def _unknown_variables(template: Template) -> Iterator[str]:
    known = {party.variable for party in template.parties} | {LOOP_VARIABLE}
    texts = [template.title, template.description]
    for rows in (template.phases, template.activities, template.gates, template.tracks, template.goals):
        texts += [row.title for row in rows]
    texts += [criterion.title for gate in template.gates for criterion in gate.criteria]
    for text in texts:
        for name in sorted(variables_of(text) - known):
            yield f"the text {text.en!r} uses the unknown variable {name}"


def variables_of(text: Text) -> set[str]:
    """The names in braces in any language of a text."""
    written = (text.sv, text.en, text.da or "")
    return {name for part in written for _, name, _, _ in string.Formatter().parse(part) if name is not None}
