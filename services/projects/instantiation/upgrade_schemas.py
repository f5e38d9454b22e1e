"""Template upgrades on the wire."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.projects.instantiation.preview_schemas import ConflictPublic
from services.projects.instantiation.schemas import AnchorValue
from services.projects.plan.offset import AnchorKey
from services.projects.template.parts import VersionNumber
from shared.kit.text import Text
from shared.web.models import ApiInput, ApiModel, example

SectionName = Literal["phases", "tracks", "activities", "gates", "dependencies"]
_WORDS = {"sv": "Öppna testmiljöerna", "en": "Open the test environments", "da": None}


class UpgradeChoice(ApiInput):
    """The version to go to, and dates of anchors that it adds."""

    model_config = example({"version": "1.1.0", "anchors": {}})

    version: VersionNumber
    anchors: dict[AnchorKey, AnchorValue] = Field(default_factory=dict, max_length=20)


class UpgradeDecision(ApiInput):
    """`theirs` takes what the template changed in a row, `ours` leaves the row as it stands."""

    section: SectionName
    key: Annotated[str, Field(min_length=1, max_length=200)]
    take: Literal["ours", "theirs"]


class UpgradeApply(UpgradeChoice):
    """The upgrade to do. Every conflict of its preview needs a decision; other rows follow the template unless told
    `ours`."""

    model_config = example(
        {
            "version": "1.1.0",
            "anchors": {},
            "decisions": [{"section": "activities", "key": "HAN-A2.01", "take": "ours"}],
            "reason": "Genomgången med leverantören 12 mars",
        }
    )

    decisions: list[UpgradeDecision] = Field(default_factory=list, max_length=2000)
    reason: str | None = Field(None, max_length=2000)

    @model_validator(mode="after")
    def _each_once(self) -> "UpgradeApply":
        named = [(decision.section, decision.key) for decision in self.decisions]
        if len(set(named)) != len(named):
            raise ValueError("decide each row once")
        return self


class UpgradeField(ApiModel):
    """A field in the version that the project follows, in the project, and in the new version."""

    name: str
    base: Any
    ours: Any
    theirs: Any
    is_conflict: bool


class UpgradeRow(ApiModel):
    """A row of the plan; `key` names it within its section: a source row, a key, or the two ends of a link."""

    section: SectionName
    key: str
    state: Literal[
        "unchanged",
        "changed_in_template",
        "changed_locally",
        "changed_in_both",
        "conflict",
        "new",
        "removed",
        "removed_locally",
    ]
    fields: list[UpgradeField]


class UpgradeCriterion(ApiModel):
    """A criterion of an undecided gate. `kept` would go, but was waived or attested, which stays on record."""

    gate_id: UUID
    gate_key: str
    key: str
    title: Text
    effect: Literal["added", "removed", "changed", "kept"]


class UpgradePreview(ApiModel):
    """What a newer version means for a project, row by row. Nothing was written.

    `newReferences` are rows of other sections (goals, risks, lists) that come with the version.
    """

    model_config = example(
        {
            "fromVersion": "1.0.0",
            "toVersion": "1.1.0",
            "counts": {"unchanged": 41, "conflict": 1},
            "rows": [
                {
                    "section": "activities",
                    "key": "HAN-A2.01",
                    "state": "conflict",
                    "fields": [
                        {
                            "name": "title",
                            "base": _WORDS,
                            "ours": _WORDS | {"sv": "Öppna testmiljön"},
                            "theirs": _WORDS | {"sv": "Öppna alla testmiljöer"},
                            "isConflict": True,
                        }
                    ],
                }
            ],
            "criteria": [],
            "conflicts": [],
            "newReferences": ["HAN-D01"],
        }
    )

    from_version: str
    to_version: str
    counts: dict[str, int]
    rows: list[UpgradeRow]
    criteria: list[UpgradeCriterion]
    conflicts: list[ConflictPublic]
    new_references: list[str]
