"""Train the trainer: obligations arise from rules, are met by attesting, and rise and fall by the day."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.training.obligation.service import follow
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster

API = "/training/v1"


class School:
    """A school whose first teacher is key person and has had the course that qualifies to teach the other one."""

    def __init__(self, training: ServiceUnderTest, roster: dict[str, Any], courses: tuple[str, str]) -> None:
        self.training = training
        self.unit: UUID = roster["unit"]
        self.key_person, *self.colleagues = roster["people"]
        self.qualifying, self.taught = courses

    async def post(self, path: str, body: object, *roles: str, version: int | None = None, **claims: Any) -> Any:
        headers = self.training.as_(*(roles or (LEADER,)), **claims)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.training.client.post(f"{API}{path}", json=body, headers=headers)

    async def rule(self, **changes: Any) -> Any:
        body = {
            "courseId": self.qualifying,
            "teachesId": self.taught,
            "holderRole": "key_person",
            "colleagueRole": "teacher",
            "colleagues": 2,
            "days": 30,
        }
        return await self.post("/cascades", body | changes)

    async def owed(self, *roles: str, **claims: Any) -> list[dict[str, Any]]:
        headers = self.training.as_(*(roles or (LEADER,)), **claims)
        answer = await self.training.client.get(f"{API}/obligations", headers=headers)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def attest(self, people: list[UUID], *roles: str, **claims: Any) -> Any:
        [owed] = await self.owed()
        body = {"personIds": [str(one) for one in people], "taughtOn": clock.today().isoformat()}
        path = f"/obligations/{owed['id']}/attestations"
        return await self.post(path, body, *roles, version=owed["version"], **claims)

    async def follow(self) -> int:
        async with self.training.database.transaction(self.training.tenant) as session:
            return await follow(session)


@pytest.fixture
async def school(training: ServiceUnderTest) -> School:
    roster = await create_roster(training, people=4)
    courses = await create_course(training, "superuser", ()), await create_course(training, "workshop", ())
    made = School(training, roster, courses)
    appointed = {"personId": str(made.key_person), "unitId": str(made.unit), "role": "key_person"}
    assert (await made.post("/appointments", appointed)).status_code == 201
    had = {"personId": str(made.key_person), "completedOn": clock.today().isoformat()}
    assert (await made.post(f"/courses/{made.qualifying}/completions", had)).status_code == 201
    return made


async def test_who_qualified_owes_their_unit_teaching_and_meets_it_by_attesting(school: School) -> None:
    made = await school.rule()
    assert made.status_code == 201, made.text
    [owed] = await school.owed()
    due = (clock.today() + timedelta(days=30)).isoformat()
    assert (owed["personId"], owed["state"], owed["dueOn"]) == (str(school.key_person), "open", due)
    assert (owed["taught"], owed["left"], owed["colleagues"]) == (0, 3, 2)
    first = await school.attest(school.colleagues[:1], "participant@*", person=str(school.key_person))
    assert first.status_code == 201, first.text
    assert (first.json()["obligation"]["state"], first.json()["obligation"]["taught"]) == ("open", 1)
    second = await school.attest(school.colleagues[1:2])
    assert (second.json()["obligation"]["state"], second.json()["obligation"]["left"]) == ("met", 1)
    [attested] = second.json()["items"]
    headers = school.training.as_(LEADER) | {"If-Match": f'"{attested["version"]}"'}
    gone = await school.training.client.delete(f"{API}/attestations/{attested['id']}", headers=headers)
    assert gone.status_code == 204
    [owed] = await school.owed()
    assert (owed["state"], owed["taught"], owed["left"]) == ("open", 1, 2)


async def test_nobody_left_to_teach_is_enough(school: School) -> None:
    await school.rule(colleagues=50)
    await school.attest(school.colleagues)
    [owed] = await school.owed()
    assert (owed["state"], owed["taught"], owed["left"]) == ("met", 3, 0)


async def test_it_runs_late_falls_vacant_with_who_leaves_and_the_next_one_owes_it(school: School) -> None:
    await school.rule()
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert await school.follow() == 1
        assert await school.follow() == 0, "following up again finds nothing new"
        assert [owed["state"] for owed in await school.owed()] == ["overdue"]
    headers = school.training.as_(LEADER)
    [appointment] = (await school.training.client.get(f"{API}/appointments", headers=headers)).json()["items"]
    gone = f"{API}/appointments/{appointment['id']}"
    await school.training.client.delete(gone, headers=headers | {"If-Match": '"1"'})
    successor = {"personId": str(school.colleagues[0]), "unitId": str(school.unit), "role": "key_person"}
    await school.post("/appointments", successor)
    had = {"personId": str(school.colleagues[0]), "completedOn": clock.today().isoformat()}
    await school.post(f"/courses/{school.qualifying}/completions", had)
    await school.follow()
    assert [(owed["personId"], owed["state"]) for owed in await school.owed()] == [
        (str(school.key_person), "vacant"),
        (str(school.colleagues[0]), "open"),
    ]


async def test_only_colleagues_who_lack_the_course_are_attested_and_all_or_none(school: School) -> None:
    await school.rule()
    has_it = {"personId": str(school.colleagues[0]), "completedOn": clock.today().isoformat()}
    await school.post(f"/courses/{school.taught}/completions", has_it)
    for people, code in (
        ([school.colleagues[1], new_id()], "no_colleague"),
        ([school.colleagues[1], school.key_person], "no_colleague"),
        ([school.colleagues[1], school.colleagues[0]], "has_it"),
    ):
        answer = await school.attest(people)
        assert answer.status_code == 422, answer.text
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("#/personIds/1", code)
    assert [owed["taught"] for owed in await school.owed()] == [0]
    [owed] = await school.owed()
    later = {"personIds": [str(school.colleagues[1])], "taughtOn": (clock.today() + timedelta(days=1)).isoformat()}
    answer = await school.post(f"/obligations/{owed['id']}/attestations", later, version=owed["version"])
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/taughtOn")


async def test_people_see_and_attest_their_own_and_heads_their_units(school: School) -> None:
    await school.rule()
    own = {"person": str(school.key_person)}
    assert len(await school.owed("participant@*", **own)) == 1
    assert len(await school.owed(f"unit_head@{school.unit}")) == 1
    for roles, claims in (
        (("participant@*",), {"person": str(school.colleagues[0])}),
        ((f"unit_head@{new_id()}",), {}),
    ):
        assert await school.owed(*roles, **claims) == []
        assert (await school.attest(school.colleagues[:1], *roles, **claims)).status_code == 404
    [owed] = await school.owed("participant@*", **own)
    assert [(one["action"], one["allowed"]) for one in owed["allowedActions"]] == [("attest", True), ("release", False)]


async def test_who_is_released_owes_nothing_and_the_reason_is_kept(school: School) -> None:
    await school.rule()
    [owed] = await school.owed()
    path = f"/obligations/{owed['id']}/releases"
    answer = await school.post(path, {"reason": "On leave"}, version=owed["version"])
    assert (answer.status_code, answer.json()["state"], answer.json()["releaseReason"]) == (201, "released", "On leave")
    assert (await school.attest(school.colleagues[:1])).status_code == 409
    await school.follow()
    assert [one["state"] for one in await school.owed()] == ["released"]


async def test_a_rule_names_two_known_courses_and_exists_once(school: School) -> None:
    first = await school.rule()
    again = await school.rule(colleagues=5)
    assert (again.status_code, again.json()["cascadeId"]) == (409, first.json()["id"])
    same = await school.rule(teachesId=school.qualifying)
    unknown = await school.rule(teachesId=str(new_id()))
    assert [(one.status_code, one.json()["errors"][0]["code"]) for one in (same, unknown)] == [
        (422, "same"),
        (422, "unknown"),
    ]
    headers = school.training.as_(LEADER) | {"If-Match": '"1"'}
    path = f"{API}/cascades/{first.json()['id']}"
    changed = await school.training.client.patch(path, json={"colleagues": 9, "archived": True}, headers=headers)
    assert (changed.status_code, changed.json()["colleagues"]) == (200, 9)
    assert [owed["colleagues"] for owed in await school.owed()] == [9]


async def test_who_is_erased_owes_nothing_and_whom_they_taught_stay_trained(school: School) -> None:
    await school.rule()
    await school.attest(school.colleagues[:1])
    token = school.training.mint.service_token("training", [Scope.persons_write], school.training.tenant)
    headers = {"Authorization": f"Bearer {token}"}
    body = {"personId": str(school.key_person)}
    erased = await school.training.client.post("/internal/person-erasures", json=body, headers=headers)
    assert erased.status_code == 200, erased.text
    assert await school.owed() == []
    again = {"personId": str(school.colleagues[0]), "completedOn": clock.today().isoformat()}
    assert (await school.post(f"/courses/{school.taught}/completions", again)).status_code == 200
