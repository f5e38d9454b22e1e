"""Matrices and assessments on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, Strict, model_validator

from services.projects.plan.schemas import GivenText
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Level = Annotated[int, Strict(), Field(ge=0, le=20)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]

_AREA = {"key": "leadership", "title": {"sv": "Ledarskap", "en": "Leadership", "da": None}}
_LEVEL = {"level": 1, "title": {"sv": "Påbörjat", "en": "Begun", "da": None}}
_MATRIX: dict[str, Any] = {
    "key": "self_assessment",
    "title": {"sv": "Självskattning", "en": "Self-assessment", "da": None},
    "areas": [_AREA],
    "levels": [_LEVEL],
}
_ASSESSMENT: dict[str, Any] = {
    "unitId": "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11",
    "periodStart": "2027-08-01",
    "periodEnd": "2028-06-30",
    "cells": {"leadership": 1},
}


class AssessmentArea(ApiModel):
    """A row of the matrix."""

    model_config = example(_AREA)

    key: Key
    title: GivenText


class AssessmentLevel(ApiModel):
    """A column of the matrix, lowest first."""

    model_config = example(_LEVEL)

    level: Level
    title: GivenText


Areas = Annotated[list[AssessmentArea], Field(max_length=100)]
Levels = Annotated[list[AssessmentLevel], Field(max_length=20)]


def _own_keys(areas: list[AssessmentArea] | None, levels: list[AssessmentLevel] | None) -> None:
    if areas and len({area.key for area in areas}) != len(areas):
        raise ValueError("each area has a key of its own")
    if levels and len({level.level for level in levels}) != len(levels):
        raise ValueError("each level has a number of its own")


class AssessmentMatrixCreate(ApiInput):
    """A matrix of areas and levels; both may come later."""

    model_config = example(_MATRIX)

    key: Key
    title: GivenText
    areas: Areas = Field(default_factory=list)
    levels: Levels = Field(default_factory=list)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _own_keys(self.areas, self.levels)
        return self


class AssessmentMatrixChange(ApiPatch):
    """Fill a matrix in. Areas and levels that somebody has used stay."""

    model_config = example({"areas": [_AREA], "levels": [_LEVEL]})

    title: GivenText | None = None
    areas: Areas | None = None
    levels: Levels | None = None

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _own_keys(self.areas, self.levels)
        return self


class AssessmentMatrixPublic(ApiModel):
    """A matrix. `isEmpty`: the source only links to its content (`sourceText`); the customer fills it in."""

    model_config = example(
        _MATRIX
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "sourceRef": "MIT-M",
            "sourceText": None,
            "isEmpty": False,
            "version": 1,
            "allowedActions": [],
        }
    )

    id: UUID
    project_id: UUID
    key: str
    source_ref: str | None
    source_text: str | None
    title: GivenText
    areas: list[AssessmentArea]
    levels: list[AssessmentLevel]
    is_empty: bool
    version: int
    allowed_actions: list[AllowedAction]


class MatrixAssessmentCreate(ApiInput):
    """A unit's own assessment in a period: the level of each area that it has judged, by the area's key."""

    model_config = example(_ASSESSMENT)

    unit_id: UUID
    period_start: Day
    period_end: Day
    cells: Annotated[dict[Key, Level], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.period_end < self.period_start:
            raise ValueError("periodEnd must not be before periodStart")
        return self


class MatrixAssessmentChange(ApiPatch):
    """The cells are replaced as a whole."""

    model_config = example({"cells": {"leadership": 2}})

    cells: Annotated[dict[Key, Level], Field(min_length=1, max_length=100)] | None = None


class MatrixAssessmentPublic(ApiModel):
    """A unit's assessment. A unit is no person: it is shown as it is."""

    model_config = example(
        _ASSESSMENT
        | {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "matrixId": "01979f3a-7777-7b52-9d3a-5f0c2b9e8d11",
            "version": 1,
            "updatedAt": "2026-11-22T08:00:00Z",
            "allowedActions": [],
        }
    )

    id: UUID
    matrix_id: UUID
    unit_id: UUID
    period_start: date
    period_end: date
    cells: dict[str, int]
    version: int
    updated_at: datetime
    allowed_actions: list[AllowedAction]
