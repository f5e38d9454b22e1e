"""Substitute rates and costs on the wire."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.web import ApiInput, ApiModel, example

Currency = Literal["SEK", "DKK", "NOK", "EUR", "ISK"]
By = Literal["unit", "course"]


class SubstituteRateUpdate(ApiInput):
    """What an hour of a substitute costs, everything included."""

    model_config = example({"hourlyRate": "310.00", "currency": "SEK"})

    hourly_rate: Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=2)]
    currency: Currency = "SEK"


class SubstituteRatePublic(ApiModel):
    """The rate in force; null while nobody has set one, and then costs are unknown."""

    model_config = example({"hourlyRate": "310.00", "currency": "SEK", "version": 1})

    hourly_rate: Decimal | None
    currency: Currency | None
    version: int


class SubstituteCostRow(ApiModel):
    """Hours that people were, or will be, away for training, and what covering them costs."""

    model_config = example(
        {
            "id": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
            "name": "Almens skola",
            "people": 12,
            "hours": "84.00",
            "cost": "26040.00",
        }
    )

    id: UUID | None = Field(description="The unit or course; null for people who work at no unit today")
    name: str
    people: int
    hours: Decimal
    cost: Decimal | None = Field(description="Null while no rate is set")


class SubstituteCostReport(ApiModel):
    """Sessions that begin from `startsOn` to `endsOn`. Who works at several units counts in equal parts at each."""

    model_config = example(
        {
            "by": "unit",
            "startsOn": "2026-08-01",
            "endsOn": "2026-12-31",
            "hourlyRate": "310.00",
            "currency": "SEK",
            "rows": [SubstituteCostRow.model_config["json_schema_extra"]["example"]],  # type: ignore[index]
        }
    )

    by: By
    starts_on: date
    ends_on: date
    hourly_rate: Decimal | None
    currency: Currency | None
    rows: list[SubstituteCostRow]
