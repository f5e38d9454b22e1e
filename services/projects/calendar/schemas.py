"""Calendars on the wire."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from services.projects.calendar.vocabulary import Country, DaySource, ExceptionKind
from services.projects.plan.schemas import TextInput
from shared.kit.text import Text
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, example

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
_NEW: dict[str, Any] = {
    "kind": "school_break",
    "title": {"sv": "Höstlov", "en": "Autumn break"},
    "startsOn": "2027-11-01",
    "endsOn": "2027-11-05",
    "unitId": None,
}
EXCEPTION_EXAMPLE: dict[str, Any] = _NEW | {
    "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "title": {"sv": "Höstlov", "en": "Autumn break", "da": None},
    "version": 1,
    "createdAt": "2026-11-21T08:00:00Z",
    "updatedAt": "2026-11-21T08:00:00Z",
    "allowedActions": [],
}
_FREES = "School breaks and closures free their days, working days claim them, terms are only shown"


class CalendarExceptionCreate(ApiInput):
    """Days that an authority, or one of its units, frees or claims. Both ends included, at most 400 days."""

    model_config = example(_NEW)

    kind: ExceptionKind = Field(description=_FREES)
    title: TextInput
    starts_on: date = Field(ge=EARLIEST, le=LATEST)
    ends_on: date = Field(ge=EARLIEST, le=LATEST)
    unit_id: UUID | None = Field(None, description="For this unit and those below it; null for the whole authority")


class CalendarExceptionChange(ApiPatch):
    """What to change; what is left out stays."""

    model_config = example({"endsOn": "2027-11-08"})

    nullable: ClassVar[frozenset[str]] = frozenset()

    kind: ExceptionKind | None = None
    title: TextInput | None = None
    starts_on: date | None = Field(None, ge=EARLIEST, le=LATEST)
    ends_on: date | None = Field(None, ge=EARLIEST, le=LATEST)


class CalendarExceptionItem(ApiModel):
    """An exception in a list."""

    model_config = example({key: value for key, value in EXCEPTION_EXAMPLE.items() if key != "allowedActions"})

    id: UUID
    unit_id: UUID | None
    kind: ExceptionKind = Field(description=_FREES)
    title: Text
    starts_on: date
    ends_on: date
    version: int
    created_at: datetime
    updated_at: datetime


class CalendarExceptionPublic(CalendarExceptionItem):
    """An exception, and what the caller may do with it."""

    model_config = example(EXCEPTION_EXAMPLE)

    allowed_actions: list[AllowedAction]


class CalendarDay(ApiModel):
    """One day, whether it is worked, and why."""

    date: date
    is_working: bool
    source: DaySource
    title: Text | None


class CalendarDays(ApiModel):
    """The days of a country as the authority (and a unit) keeps them."""

    model_config = example(
        {
            "country": "SE",
            "from": "2027-06-24",
            "to": "2027-06-25",
            "unitId": None,
            "workingDays": 1,
            "days": [
                {"date": "2027-06-24", "isWorking": True, "source": "weekday", "title": None},
                {
                    "date": "2027-06-25",
                    "isWorking": False,
                    "source": "de_facto",
                    "title": {"sv": "Midsommarafton", "en": "Midsummer Eve", "da": "Midsommeraften"},
                },
            ],
        }
    )

    country: Country
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    unit_id: UUID | None
    working_days: int
    days: list[CalendarDay]


class ProjectCalendarPublic(ApiModel):
    """Whose public holidays a project counts."""

    model_config = example(
        {
            "projectId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "country": "SE",
            "version": 1,
            "allowedActions": [],
        }
    )

    project_id: UUID
    country: Country
    version: int = Field(description="0 while the project counts the days of its template's country")
    allowed_actions: list[AllowedAction]


class ProjectCalendarChange(ApiPatch):
    """Whose public holidays the project shall count. Computed dates follow; windows stay where they are."""

    model_config = example({"country": "DK"})

    country: Country
