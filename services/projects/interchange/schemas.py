"""Imports on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.projects.interchange.models import ImportState
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_HASH = "5f0c2b9e8d115f0c2b9e8d115f0c2b9e8d115f0c2b9e8d115f0c2b9e8d115f0c"
_OPTIONS: dict[str, Any] = {"sections": {"Förberedelser": "p1"}, "defaultPhase": "p1", "system": None}
_IMPORT: dict[str, Any] = {
    "id": _ID,
    "projectId": _ID,
    "state": "judged",
    "format": "xlsx",
    "size": 48213,
    "sha256": _HASH,
    "options": _OPTIONS,
    "jobId": _ID,
    "planHash": _HASH,
    "counts": {"rows": 93, "created": 1, "updated": 4, "refused": 0, "untouched": 88, "errors": 0, "warnings": 1},
    "judgedAt": "2026-11-22T08:00:04Z",
    "appliedAt": None,
    "purgeAfter": "2026-12-22T08:00:00Z",
    "version": 2,
    "createdAt": "2026-11-22T08:00:00Z",
    "allowedActions": [],
}
_FINDING: dict[str, Any] = {
    "code": "date_no_such_day",
    "level": "error",
    "sheet": "Checklista",
    "row": 14,
    "column": "G",
    "value": "31.2.2027",
    "problem": "There is no such day: 31.2.2027",
    "mend": "The month has 28 days",
}

PhaseKey = Annotated[str, Field(min_length=1, max_length=60)]
System = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,40}$")]


class ImportOptions(ApiInput):
    """How to understand another tool's file: to which phase its sections belong, and the name under which its ids are
    kept (`asana` and `msproject` unless stated; name it where two files of one tool meet in a project)."""

    model_config = example(_OPTIONS)

    sections: dict[Annotated[str, Field(max_length=500)], PhaseKey] = Field(default_factory=dict, max_length=200)
    default_phase: PhaseKey | None = None
    system: System | None = None


class ImportPublic(ApiModel):
    """A file that was sent, and what its dry run found. File and outcome are erased after `purgeAfter`."""

    model_config = example(_IMPORT)

    id: UUID
    project_id: UUID
    state: ImportState
    format: str | None = Field(description="What the content proved to be")
    size: int
    sha256: str
    options: ImportOptions
    job_id: UUID | None
    plan_hash: str | None = Field(description="Of everything that the dry run would change; applying names it")
    counts: dict[str, int]
    judged_at: datetime | None
    applied_at: datetime | None
    purge_after: datetime
    version: int
    created_at: datetime
    allowed_actions: list[AllowedAction]


class FindingPublic(ApiModel):
    """Something about one place of the file. An error leaves its place out; see `mend`."""

    model_config = example(_FINDING)

    code: str
    level: Literal["error", "warning", "info"]
    sheet: str | None
    row: int | None = Field(description="As the program that shows the file counts them")
    column: str | None
    value: str | None = Field(description="What was seen there")
    problem: str
    mend: str


class FieldDifference(ApiModel):
    """One value of a row, before and after."""

    field: str
    before: str | int | bool | None
    after: str | int | bool | None


class ChangePublic(ApiModel):
    """What would become of one row or link."""

    model_config = example(
        {
            "kind": "updated",
            "activityId": _ID,
            "sheet": "Plan",
            "row": 12,
            "title": "Anslut vårdnadshavarna",
            "fields": [{"field": "state", "before": "planned", "after": "started"}],
            "predecessor": None,
            "successor": None,
            "type": None,
            "lagDays": None,
            "isSoft": None,
        }
    )

    kind: Literal["created", "updated", "unchanged", "refused", "link_added", "link_changed", "link_removed"]
    activity_id: UUID | None = None
    sheet: str | None = None
    row: int | None = None
    title: str | None = None
    fields: list[FieldDifference] = Field(default_factory=list)
    predecessor: str | None = Field(None, description="An activity, or `new:` and where the file has it")
    successor: str | None = None
    type: Literal["FS", "SS", "FF", "SF"] | None = None
    lag_days: int | None = None
    is_soft: bool | None = None


class ApplicationCreate(ApiInput):
    """Apply exactly the dry run that was looked at. With `allOrNothing`, the default, one error keeps all from it."""

    model_config = example({"planHash": _HASH, "allOrNothing": True})

    plan_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    all_or_nothing: bool = True
