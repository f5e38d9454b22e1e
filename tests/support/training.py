"""Ready-made facts for tests of training: a roster, a course, a session."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.training.roster.service import RosterService
from shared.contracts.sync import Change, DutyChange, DutyRole, PersonChange, SchoolForm, UnitChange, UnitKind
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest

LEADER = "project_leader@*"


async def create_roster(training: ServiceUnderTest, *, people: int = 3, tenant: UUID | None = None) -> dict[str, Any]:
    """One school with teachers, taken in as a page of the change feed; gives ids of unit and people."""
    unit, persons = new_id(), [new_id() for _ in range(people)]
    lines: list[Change] = [
        UnitChange(
            version=1,
            op="put",
            id=unit,
            name="Bergskolan",
            unit_kind=UnitKind.school,
            school_forms=(SchoolForm.compulsory,),
        )
    ]
    for number, person in enumerate(persons):
        lines.append(PersonChange(version=1, op="put", id=person, display_name=f"Test {number}", protected=False))
        lines.append(
            DutyChange(
                version=1,
                op="put",
                id=new_id(),
                person_id=person,
                unit_id=unit,
                role=DutyRole.teacher,
                protected=False,
            )
        )
    async with training.database.transaction(tenant or training.tenant) as session:
        await RosterService(session).take_in(lines, 1)
    return {"unit": unit, "people": persons}


async def create_course(
    training: ServiceUnderTest, key: str = "basics", audience: tuple[str, ...] = ("teacher",)
) -> str:
    """A course; gives its id."""
    body = {"key": key, "title": {"sv": "Grundkurs", "en": "Basics"}, "audience": list(audience)}
    answer = await training.client.post("/training/v1/courses", json=body, headers=training.as_(LEADER))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def create_session(
    training: ServiceUnderTest, course: str, *, capacity: int = 2, minutes: int = -10, trainers: Sequence[UUID] = ()
) -> str:
    """A session that begins `minutes` from now and lasts two hours; gives its id."""
    starts = clock.now() + timedelta(minutes=minutes)
    body = {
        "courseId": course,
        "startsAt": starts.isoformat(),
        "endsAt": (starts + timedelta(hours=2)).isoformat(),
        "place": "Room 1",
        "capacity": capacity,
        "trainers": [{"personId": str(one)} for one in trainers],
    }
    answer = await training.client.post("/training/v1/sessions", json=body, headers=training.as_(LEADER))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def enrol(training: ServiceUnderTest, session: str, person: UUID, *roles: str) -> Any:
    """The answer to enrolling one person."""
    return await training.client.post(
        f"/training/v1/sessions/{session}/enrolments",
        json={"personId": str(person)},
        headers=training.as_(*(roles or (LEADER,))),
    )


async def mark(training: ServiceUnderTest, session: str, marks: dict[str, str]) -> Any:
    """The answer to an attendance list, enrolment id -> state."""
    return await training.client.post(
        f"/training/v1/sessions/{session}/attendances",
        json={"marks": [{"enrolmentId": id_, "state": state} for id_, state in marks.items()]},
        headers=training.as_("trainer@*"),
    )
