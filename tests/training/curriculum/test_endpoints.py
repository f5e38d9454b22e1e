"""Needs come from curricula by role and school form, and follow people who move, leave or start."""

from typing import Any
from uuid import UUID

from services.training.coverage.service import CoverageService
from services.training.roster.service import RosterService
from shared.contracts.sync import DutyChange, DutyRole, PersonChange, SchoolForm, UnitChange, UnitKind
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark


async def create_curriculum(training: ServiceUnderTest, *courses: str, **fields: Any) -> Any:
    body = {"key": f"k-{new_id()}", "title": {"sv": "Plan", "en": "Plan"}, "role": "teacher", "courseIds": courses}
    return await training.client.post("/training/v1/curricula", json=body | fields, headers=training.as_(LEADER))


async def needs(training: ServiceUnderTest, person: UUID) -> dict[str, set[str]]:
    """Missing modules by unit, of a teacher."""
    rows = (await training.client.get("/training/v1/needs?role=teacher&limit=100", headers=training.as_(LEADER))).json()
    return {row["unitId"]: set(row["missingCourseIds"]) for row in rows["items"] if row["personId"] == str(person)}


async def attend(training: ServiceUnderTest, course: str, person: UUID, minutes: int = -10) -> None:
    session = await create_session(training, course, minutes=minutes)
    made = (await enrol(training, session, person)).json()
    assert (await mark(training, session, {made["id"]: "attended"})).status_code == 200


async def summary(training: ServiceUnderTest, by: str) -> dict[str, tuple[int, int]]:
    answer = await training.client.get(f"/training/v1/coverage-summaries?by={by}", headers=training.as_(LEADER))
    rows = answer.json()["items"]
    return {row["key"]: (row["trained"], row["needed"]) for row in rows if row["role"] == "teacher"}


async def open_unit(training: ServiceUnderTest, form: SchoolForm, person: UUID, version: int) -> UUID:
    """A second unit at which the person works from now on."""
    unit = new_id()
    lines = [
        UnitChange(version=version, op="put", id=unit, name="Nya", unit_kind=UnitKind.school, school_forms=(form,)),
        DutyChange(
            version=version, op="put", id=new_id(), person_id=person, unit_id=unit, role=DutyRole.teacher,
            protected=False,
        ),
    ]  # fmt: skip
    async with training.database.transaction(training.tenant) as session:
        await RosterService(session).take_in(lines, version)
        await CoverageService(session).refresh()
    return unit


async def test_a_module_is_needed_where_role_and_school_form_meet(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=1)
    [person], unit = roster["people"], str(roster["unit"])
    every, compulsory, upper = [await create_course(training, key, ()) for key in ("all", "gr", "gy")]
    assert (await create_curriculum(training, every)).status_code == 201
    await create_curriculum(training, compulsory, every, schoolForm="compulsory")
    await create_curriculum(training, upper, schoolForm="upper_secondary")
    assert await needs(training, person) == {unit: {every, compulsory}}
    await attend(training, every, person)
    assert await needs(training, person) == {unit: {compulsory}}
    assert await summary(training, "school_form") == {"compulsory": (0, 1)}
    await attend(training, compulsory, person, minutes=-20)
    assert await summary(training, "school_form") == {"compulsory": (1, 1)}


async def test_who_moves_takes_what_they_had_along_and_needs_what_the_new_school_form_needs(
    training: ServiceUnderTest,
) -> None:
    roster = await create_roster(training, people=1)
    [person] = roster["people"]
    both, upper = [await create_course(training, key, ()) for key in ("both", "gy")]
    await create_curriculum(training, both)
    await create_curriculum(training, upper, schoolForm="upper_secondary")
    await attend(training, both, person)
    new = await open_unit(training, SchoolForm.upper_secondary, person, 2)
    assert await needs(training, person) == {str(roster["unit"]): set(), str(new): {upper}}
    assert await summary(training, "school_form") == {"compulsory": (1, 1), "upper_secondary": (0, 1)}


async def test_who_starts_needs_everything_and_who_leaves_nothing(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=1)
    course = await create_course(training, "all", ())
    await create_curriculum(training, course)
    await attend(training, course, roster["people"][0])
    gone = PersonChange(version=2, op="end", id=roster["people"][0], display_name="Test 0", protected=False)
    started = PersonChange(version=2, op="put", id=new_id(), display_name="Ny", protected=False)
    duty = DutyChange(
        version=2, op="put", id=new_id(), person_id=started.id, unit_id=roster["unit"], role=DutyRole.teacher,
        protected=False,
    )  # fmt: skip
    async with training.database.transaction(training.tenant) as session:
        await RosterService(session).take_in([gone, started, duty], 2)
        await CoverageService(session).refresh()
    assert await summary(training, "school_form") == {"compulsory": (0, 1)}
    assert await needs(training, started.id) == {str(roster["unit"]): {course}}


async def test_an_archived_curriculum_is_needed_by_nobody(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=1)
    made = await create_curriculum(training, await create_course(training, "all", ()))
    headers = training.as_(LEADER) | {"If-Match": made.headers["etag"]}
    url = f"/training/v1/curricula/{made.json()['id']}"
    assert (await training.client.patch(url, json={"archived": True}, headers=headers)).status_code == 200
    assert await needs(training, roster["people"][0]) == {str(roster["unit"]): set()}


async def test_a_curriculum_of_unknown_or_repeated_modules_is_refused(training: ServiceUnderTest) -> None:
    course = await create_course(training, "all", ())
    unknown = await create_curriculum(training, course, str(new_id()))
    assert unknown.json()["errors"][0]["pointer"] == "#/courseIds/1"
    assert (await create_curriculum(training, course, course)).status_code == 422
    first = await create_curriculum(training, course, key="same")
    again = await create_curriculum(training, course, key="same")
    assert (again.status_code, again.json()["curriculumId"]) == (409, first.json()["id"])


async def test_coverage_per_wave_counts_its_units(training: ServiceUnderTest) -> None:
    roster = await create_roster(training, people=2)
    course = await create_course(training)
    await attend(training, course, roster["people"][0])
    body = {"name": "Wave 1", "goesLiveOn": "2026-12-01", "unitIds": [str(roster["unit"])]}
    made = await training.client.post("/training/v1/waves", json=body, headers=training.as_(LEADER))
    assert await summary(training, "wave") == {made.json()["id"]: (1, 2)}
    other = await training.client.post("/training/v1/waves", json=body | {"name": "2"}, headers=training.as_(LEADER))
    assert (other.status_code, other.json()["unitIds"]) == (409, [str(roster["unit"])])
    headers = training.as_(LEADER) | {"If-Match": made.headers["etag"]}
    url = f"/training/v1/waves/{made.json()['id']}"
    assert (await training.client.patch(url, json={"unitIds": []}, headers=headers)).json()["unitIds"] == []
    assert await summary(training, "wave") == {}
