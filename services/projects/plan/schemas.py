"""Windows and texts on the wire."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from services.projects.plan.window import Precision, Window
from shared.web.models import ApiInput, ApiModel, example

_EXAMPLE = {"start": "2027-03-01", "end": "2027-03-31", "precision": "month", "tentative": False}


class WindowPublic(ApiModel):
    """When something happens, as exactly as the plan says it: whole days, weeks, months or quarters, ends included."""

    model_config = example(_EXAMPLE)

    start: date
    end: date
    precision: Precision
    tentative: bool


class WindowInput(ApiInput):
    """A window; it is widened to whole periods of its precision, so 12 March by month is all of March."""

    model_config = example(_EXAMPLE)

    start: date = Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))
    end: date = Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))
    precision: Precision
    tentative: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError("end must not be before start")
        return self

    def widened(self) -> Window:
        return Window.covering(self.start, self.end, self.precision, tentative=self.tentative)
