"""Choosing options of a running project, on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.projects.instantiation.schemas import OptionValues
from services.projects.plan.vocabulary import ActivityState
from shared.kit.text import Text
from shared.web.models import ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class OptionChoice(ApiInput):
    """Options to choose; those left out stay. The project's template says which there are."""

    model_config = example({"options": {"migration_ordered": True}})

    options: OptionValues = Field(min_length=1, max_length=50)


class OptionChange(OptionChoice):
    """Options to choose, and why."""

    model_config = example({"options": {"migration_ordered": True}, "reason": "Beställd i styrgruppen 12 mars"})

    reason: str | None = Field(None, max_length=2000)


class OptionRow(ApiModel):
    """A row that comes to apply, or stops applying. A row that is done or started keeps its state and history."""

    activity_id: UUID
    source_ref: str
    title: Text
    state: ActivityState
    is_enabled: bool = Field(description="Whether it applies afterwards")
    units: int = Field(description="Rows per unit that are written for it")


class OptionCriterion(ApiModel):
    """A criterion of an undecided gate. `kept` would go, but was waived or attested, which stays on record."""

    gate_id: UUID
    gate_key: str
    key: str
    title: Text
    effect: Literal["added", "removed", "changed", "kept"]


class OptionPreview(ApiModel):
    """What these options would change. Nothing was written."""

    model_config = example(
        {
            "options": {"migration_ordered": True},
            "rows": [
                {
                    "activityId": _ID,
                    "sourceRef": "HAN-A3.03",
                    "title": {"sv": "Genomför migreringarna", "en": "Carry out the migrations", "da": None},
                    "state": "planned",
                    "isEnabled": True,
                    "units": 0,
                }
            ],
            "criteria": [],
        }
    )

    options: dict[str, bool | int]
    rows: list[OptionRow]
    criteria: list[OptionCriterion]
