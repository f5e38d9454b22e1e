"""The template format: what a shipped or published plan looks like before any date, party or unit is known.

A version never changes once it is out; a change is a new version. Every row quotes the requirement row that it
carries (`source_ref`), so that a test can count that nothing of a source was lost. Texts may hold `{customer}`
and `{supplier}`: a template names no real party (requirements 8 and 9.22). What a source lacks is an empty, marked
container with the source's words (requirements 1.7).
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field

from services.projects.plan.offset import AnchorKey
from services.projects.plan.vocabulary import SchoolForm
from services.projects.template.delivery import (
    Assurance,
    CatalogueList,
    Integration,
    MigrationFlow,
    Survey,
    TrainingGroup,
    Wave,
)
from services.projects.template.frame import Anchor, Option, Party, Role
from services.projects.template.parts import Key, Part, Row, TemplateKey, VersionNumber
from services.projects.template.steering import (
    AnnualWheel,
    Body,
    CommunicationItem,
    Decision,
    DeviationCause,
    Goal,
    Meeting,
    Risk,
)
from services.projects.template.work import Activity, Dependency, Gate, Phase, Track
from shared.kit.text import Text

__all__ = ["Activity", "Dependency", "Gate", "Option", "Phase", "Role", "Template"]


class Template(Part):
    """One version of one template. `restricted` keeps it from programme bodies and participants everywhere.

    `programme_size` is how many municipalities its waves are to cover.
    """

    key: TemplateKey
    version: VersionNumber
    published: date
    visibility: Literal["open", "restricted"] = "open"
    country: Literal["SE", "DK", "NO", "FI"] | None = None
    title: Text
    description: Text
    anchors: dict[AnchorKey, Anchor]
    parties: tuple[Party, ...]
    options: dict[Key, Option] = Field(default_factory=dict)
    school_forms: tuple[SchoolForm, ...]
    programme_size: int | None = None
    roles: tuple[Role, ...] = ()
    goals: tuple[Goal, ...] = ()
    tracks: tuple[Track, ...] = ()
    bodies: tuple[Body, ...] = ()
    decisions: tuple[Decision, ...] = ()
    risks: tuple[Risk, ...] = ()
    phases: tuple[Phase, ...]
    activities: tuple[Activity, ...]
    dependencies: tuple[Dependency, ...] = ()
    gates: tuple[Gate, ...] = ()
    training_groups: tuple[TrainingGroup, ...] = ()
    waves: tuple[Wave, ...] = ()
    migration_flows: tuple[MigrationFlow, ...] = ()
    integrations: tuple[Integration, ...] = ()
    deviation_causes: tuple[DeviationCause, ...] = ()
    surveys: tuple[Survey, ...] = ()
    assurance: Assurance | None = None
    annual_wheels: tuple[AnnualWheel, ...] = ()
    communication: tuple[CommunicationItem, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    lists: tuple[CatalogueList, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Every row of every section, nested ones included, in the order of the format."""
        return (part for _, part in self.walk() if isinstance(part, Row))

    def source_refs(self) -> list[str]:
        """Every requirement row that this template carries, in order of appearance, repeats kept."""
        return [ref for row in self.rows() for ref in (row.source_ref, *row.carries) if ref is not None]
