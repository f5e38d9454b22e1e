"""What the API shows of coverage and needs."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.web import ApiModel, example


class CoveragePublic(ApiModel):
    """How many of those who hold `role` today have attended every course that the role needs."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "unitId": None,
            "role": "key_person",
            "trained": 18,
            "needed": 20,
            "percent": 90.0,
            "updatedAt": "2026-08-17T08:00:00Z",
        }
    )

    id: UUID
    unit_id: UUID | None = Field(description="Null: the whole authority")
    role: str
    trained: int = Field(description="People")
    needed: int = Field(description="People")
    percent: float | None = Field(description="Null where nobody holds the role: that proves nothing")
    updated_at: datetime


class NeedPublic(ApiModel):
    """One person who needs training in a role at a unit. Of a protected person only the alias is shown."""

    model_config = example(
        {
            "personId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "displayName": "Test Testsson",
            "unitId": "01979f3a-2222-7b52-9d3a-5f0c2b9e8d11",
            "role": "teacher",
            "trained": False,
            "missingCourseIds": ["01979f3a-3333-7b52-9d3a-5f0c2b9e8d11"],
        }
    )

    person_id: UUID
    display_name: str
    unit_id: UUID
    role: str
    trained: bool
    missing_course_ids: list[UUID] = Field(description="Modules that the person needs in the role and has not had")


class CoverageSummaryPublic(ApiModel):
    """Coverage of a role in a school form or wave; who works at several of its units counts once."""

    model_config = example({"key": "compulsory", "role": "teacher", "trained": 300, "needed": 400, "percent": 75.0})

    key: str = Field(description="A school form, or the id of a wave")
    role: str
    trained: int = Field(description="People")
    needed: int = Field(description="People")
    percent: float | None = Field(description="Null where nobody holds the role")
