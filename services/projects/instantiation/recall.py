"""The choices that a project was made with, to draw its plan again: for its job, for an option, for a new version."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.projects.instantiation.choices import Choices, OptionValue
from services.projects.instantiation.fan_out import UnitRef
from services.projects.plan.vocabulary import PartySide, SchoolForm
from services.projects.project.models import Project, ProjectParty
from services.projects.template.definition import Template


def recall(
    project: Project,
    parties: Sequence[ProjectParty],
    template: Template,
    *,
    units: Sequence[UnitRef] = (),
    options: Mapping[str, OptionValue] | None = None,
) -> Choices:
    """The project's choices as far as this version of the template offers them; `options` take the place of its own."""
    chosen = {**project.options, **(options or {})}
    offered = {party.side for party in template.parties}
    named = {PartySide(party.side): party.name for party in reversed(parties)}
    return Choices(
        anchors={key: date.fromisoformat(day) for key, day in project.anchors.items() if key in template.anchors},
        options={key: value for key, value in chosen.items() if key in template.options},
        parties={side: name for side, name in named.items() if side in offered},
        school_forms=tuple(SchoolForm(form) for form in project.school_forms if form in template.school_forms),
        units=tuple(units),
    )
