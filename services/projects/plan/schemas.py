"""Windows and texts on the wire."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.projects.plan.window import Precision, Window
from shared.kit.text import Text
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


Wording = Annotated[str, Field(min_length=1, max_length=500)]


class TextInput(ApiInput):
    """A text in one language or several. What people type in one language stands for the others until translated."""

    model_config = example({"sv": "Öppna brandväggen", "en": "Open the firewall"})

    sv: Wording | None = None
    en: Wording | None = None
    da: Wording | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.sv or self.en or self.da):
            raise ValueError("give the text in sv, en or da")
        return self

    def text(self) -> Text:
        """The text as it is stored: Swedish and English always, Danish where it was given."""
        found = self.sv or self.en or self.da or ""
        return Text(sv=self.sv or found, en=self.en or found, da=self.da)


# Long enough for a purpose; and a bounded text cannot hold half a letter, which no database stores.
Passage = Annotated[str, Field(max_length=4000)]


class GivenText(Text):
    """A text that somebody sends in Swedish and English, as `Text` is stored."""

    model_config = example({"sv": "Öppna brandväggen", "en": "Open the firewall"})

    sv: Passage
    en: Passage
    da: Passage | None = None

    @model_validator(mode="before")
    @classmethod
    def _given_by_ourselves(cls, value: object) -> object:
        return value.model_dump() if isinstance(value, Text) else value
