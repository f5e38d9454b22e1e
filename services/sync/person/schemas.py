"""Persons on the wire. National numbers never are."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.sync import DutyRole
from shared.web.models import AllowedAction, ApiInput, ApiModel, example

_ID = "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"
Name = Annotated[str, Field(min_length=1, max_length=200)]
Mail = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", max_length=200)]
Login = Annotated[str, Field(pattern=r"^\S+$", max_length=200, description="eduPersonPrincipalName")]
Part = Literal["pupil", "staff", "guardian"]
_EXAMPLE = {
    "id": _ID,
    "displayName": "Alva Ek",
    "givenName": "Alva",
    "familyName": "Ek",
    "email": "alva.ek@example.org",
    "login": "alvaek@example.org",
    "isProtected": False,
    "source": "elevregister",
    "changedVersion": 4,
    "endedAt": None,
    "allowedActions": [
        {
            "action": "change",
            "method": "PATCH",
            "href": f"https://api.startklar.dev/sync/v1/persons/{_ID}",
            "allowed": True,
            "reason": None,
        }
    ],
}


class PersonCreate(ApiInput):
    """A person whom no register delivers."""

    model_config = example(
        {"givenName": "Alva", "familyName": "Ek", "email": "alva.ek@example.org", "login": "alvaek@example.org"}
    )

    given_name: Name
    family_name: Name
    email: Mail | None = None
    login: Login | None = None
    protected: bool = False


class PersonPatch(ApiInput):
    """Leave out what stays. `protected: true` takes effect at once and for everybody; names are then forgotten."""

    model_config = example({"familyName": "Lund"})

    given_name: Name | None = None
    family_name: Name | None = None
    email: Mail | None = None
    login: Login | None = None
    protected: bool | None = None


class PersonPublic(ApiModel):
    """A person. Where the identity is protected, `displayName` is an alias and names, address and login are null."""

    model_config = example(_EXAMPLE)

    id: UUID
    display_name: str
    given_name: str | None
    family_name: str | None
    email: str | None
    login: str | None
    is_protected: bool
    source: str
    changed_version: int
    ended_at: datetime | None
    allowed_actions: list[AllowedAction] = Field(default_factory=list)


class DutyPublic(ApiModel):
    unit_id: UUID
    role: DutyRole
    starts_on: date | None
    ends_on: date | None


class EnrolmentPublic(ApiModel):
    unit_id: UUID
    school_form: str | None
    school_year: int | None
    starts_on: date | None
    ends_on: date | None


class PersonDetail(PersonPublic):
    """A person with the present duties and enrolments."""

    model_config = example(
        {
            **_EXAMPLE,
            "duties": [{"unitId": _ID, "role": "teacher", "startsOn": "2026-08-17", "endsOn": None}],
            "enrolments": [],
        }
    )

    duties: list[DutyPublic]
    enrolments: list[EnrolmentPublic]
