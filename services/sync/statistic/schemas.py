"""Tables of figures on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.sync.statistic.declared import Table
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
_TABLE = {
    "count": "pupils",
    "dimensions": ["schoolForm", "unitCode", "schoolYear"],
    "headings": {"schoolForm": "Skolform", "unitCode": "Skolenhetskod", "schoolYear": "Årskurs", "count": "Antal"},
    "words": {"schoolForm": {"compulsory": "Grundskola", "preschool": "Förskola"}},
    "days": ["10-15"],
    "withTotal": True,
}
Key = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class StatisticsTemplateCreate(ApiInput):
    """What is counted, by what and in which words. On each of `days` the table is made by itself."""

    model_config = example({"key": "elever-per-skolform", "name": "Elever per skolform", "table": _TABLE})

    key: Key
    name: Name
    table: Table


class StatisticsTemplatePatch(ApiInput):
    """Leave out what stays. Tables that were made stay as they are."""

    model_config = example({"name": "Elever per skolform och årskurs"})

    name: Name | None = None
    table: Table | None = None


class StatisticsTemplatePublic(ApiModel):
    """A declared table, and the day on which it is made next."""

    model_config = example(
        {
            "id": _ID,
            "key": "elever-per-skolform",
            "name": "Elever per skolform",
            "table": _TABLE,
            "nextOn": "2027-10-15",
            "allowedActions": [],
        }
    )

    id: UUID
    key: str
    name: str
    table: Table
    next_on: date | None
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class StatisticsExportCreate(ApiInput):
    """Make a table now. Without `referenceDate`: today."""

    model_config = example({"templateId": _ID, "referenceDate": "2026-10-15"})

    template_id: UUID
    reference_date: date | None = None


class StatisticsExportPublic(ApiModel):
    """A table as it was made: figures of `referenceDate` by the roster version that was in force at its end."""

    model_config = example(
        {
            "id": _ID,
            "templateId": _ID,
            "referenceDate": "2026-10-15",
            "rosterVersion": 12,
            "headings": ["Skolform", "Skolenhetskod", "Årskurs", "Antal"],
            "rows": [["Grundskola", "12345678", "4", 57], ["", "", "", 57]],
            "isExact": True,
            "contentPath": f"/sync/v1/statistics-exports/{_ID}/content",
            "createdAt": "2026-10-16T03:00:00Z",
        }
    )

    id: UUID
    template_id: UUID
    reference_date: date
    roster_version: int
    headings: list[str]
    rows: list[list[str | int]]
    is_exact: bool = Field(description="False: `..` stands for numbers below five, and for what would betray them")
    content_path: str
    created_at: datetime
