"""Whether every reference inside a template points at something, and no chain of links bites its tail."""

from collections import Counter
from collections.abc import Iterator

import networkx

from services.projects.template.criteria import (
    ActivityDoneTemplate,
    CriterionTemplate,
    FromOption,
    GoalReadyTemplate,
    MeetingHeldTemplate,
    SurveyScoreTemplate,
)
from services.projects.template.definition import Template
from services.projects.template.delivery import Integration, MigrationFlow, Survey, TrainingGroup
from services.projects.template.findings import Finding
from services.projects.template.parts import Part
from services.projects.template.steering import Body, CommunicationItem, Goal, Seat
from services.projects.template.work import Activity, Dependency, Gate, Participant


def unknown_references(template: Template) -> list[Finding]:
    """Every name that leads nowhere, and what only holds across rows: one gate a phase, no cycles."""
    return [*_dangling(template), *_bad_gates(template), *_cycles(template)]


def _dangling(template: Template) -> Iterator[Finding]:
    known = _known(template)
    for pointer, part in template.walk():
        owner = getattr(part, "source_ref", None) or getattr(part, "key", None) or pointer
        for kind, name in _references(part):
            if name in known[kind]:
                continue
            if kind == "switch":
                yield Finding(pointer, f"{owner} depends on {name}, which is no bool option")
            else:
                yield Finding(pointer, f"{owner} names the unknown {kind} {name}")


def _known(template: Template) -> dict[str, set[str]]:
    return {
        "phase": {phase.key for phase in template.phases},
        "track": {track.key for track in template.tracks},
        "role": {role.key for role in template.roles},
        "body": {body.key for body in template.bodies},
        "goal": {goal.source_ref for goal in template.goals},
        "activity": {activity.source_ref for activity in template.activities},
        "survey": {survey.key for survey in template.surveys},
        "switch": {key for key, option in template.options.items() if option.type == "bool"},
    }


# Which fields of which part name what; a field can hold one name, several, or none.
REFERENCES: dict[type[Part], dict[str, str]] = {
    Activity: {"phase": "phase", "track": "track", "enabled_if": "switch"},
    Gate: {"phase": "phase"},
    Participant: {"role": "role"},
    Seat: {"role": "role"},
    Dependency: {"predecessor": "activity", "successor": "activity"},
    Body: {"active_from": "phase", "escalates_to": "body"},
    Goal: {"inform_if_unreachable": "role", "links": "goal"},
    TrainingGroup: {"role": "role", "activity": "activity"},
    CommunicationItem: {"owner": "role", "before": "activity"},
    Integration: {"steps": "activity"},
    MigrationFlow: {"enabled_if": "switch"},
    Survey: {"topics_enabled_if": "switch"},
}


def _references(part: Part) -> Iterator[tuple[str, str]]:
    """What kind of thing the part names, and its name."""
    for field, kind in REFERENCES.get(type(part), {}).items():
        value = getattr(part, field)
        for name in value if isinstance(value, tuple) else (value,):
            if name is not None:
                yield kind, name


def _bad_gates(template: Template) -> Iterator[Finding]:
    closed = Counter(gate.phase for gate in template.gates)
    for index, phase in enumerate(template.phases):
        if closed[phase.key] > 1:
            yield Finding(
                f"#/phases/{index}", f"phase {phase.key} is closed by {closed[phase.key]} gates; one at most can"
            )
    known = _known(template)
    for index, gate in enumerate(template.gates):
        for sentence in _bad_criteria(template, gate, known):
            yield Finding(f"#/gates/{index}/criteria", sentence)


def _bad_criteria(template: Template, gate: Gate, known: dict[str, set[str]]) -> Iterator[str]:
    for key, times in Counter(criterion.key for criterion in gate.criteria).items():
        if times > 1:
            yield f"{gate.source_ref} has {times} criteria {key}"
    for criterion in gate.criteria:
        for kind, name in _named_by(criterion):
            if name not in known[kind]:
                yield f"{gate.source_ref} {criterion.key} waits for the unknown {kind} {name}"
        for option, wanted in _options_of(criterion):
            found = template.options.get(option)
            if found is None or found.type != wanted:
                yield f"{gate.source_ref} {criterion.key} needs the {wanted} option {option}, which is not there"


def _named_by(criterion: CriterionTemplate) -> Iterator[tuple[str, str]]:
    if isinstance(criterion, ActivityDoneTemplate) and criterion.activity is not None:
        yield "activity", criterion.activity
    elif isinstance(criterion, MeetingHeldTemplate):
        yield "body", criterion.body
    elif isinstance(criterion, SurveyScoreTemplate):
        yield "survey", criterion.survey
    elif isinstance(criterion, GoalReadyTemplate) and criterion.goal is not None:
        yield "goal", criterion.goal


def _options_of(criterion: CriterionTemplate) -> Iterator[tuple[str, str]]:
    if criterion.enabled_if is not None:
        yield criterion.enabled_if, "bool"
    for name in type(criterion).model_fields:
        value = getattr(criterion, name)
        if isinstance(value, FromOption):
            yield value.option, "integer"


def _cycles(template: Template) -> Iterator[Finding]:
    graph: networkx.DiGraph[str] = networkx.DiGraph(
        (link.predecessor, link.successor) for link in template.dependencies if not link.soft
    )
    try:
        cycle = networkx.find_cycle(graph)
    except networkx.NetworkXNoCycle:
        return
    path = " → ".join([*(before for before, _ in cycle), cycle[0][0]])
    yield Finding("#/dependencies", f"the links run in a circle: {path}")
