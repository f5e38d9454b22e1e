"""Persons over HTTP: who sees whom, what is never shown, what can be changed by hand."""

from typing import Any

import pytest
from sqlalchemy import text

from cli.demo_roster import Municipality
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import Roster, oneroster_zip, town
from tests.sync.work import LOADER, plan, read

SECRET = "Hemlignamn"


async def loaded(service: ServiceUnderTest, municipality: Municipality | None = None) -> Roster:
    roster = Roster(service.database, service.tenant)
    await roster.load(oneroster_zip(municipality or town()))
    return roster


async def ids(service: ServiceUnderTest, query: str = "", *roles: str) -> set[str]:
    return {item["id"] for item in (await read(service, f"/sync/v1/persons?limit=200{query}", *roles))["items"]}


async def create(service: ServiceUnderTest, **body: Any) -> Any:
    fields = {"givenName": "Alva", "familyName": "Ek", "login": f"{new_id().hex}@example.org"} | body
    return await service.client.post("/sync/v1/persons", json=fields, headers=service.as_(LOADER))


async def patch(service: ServiceUnderTest, person: Any, **body: Any) -> Any:
    headers = service.as_(LOADER) | {"If-Match": person.headers["etag"]}
    return await service.client.patch(f"/sync/v1/persons/{person.json()['id']}", json=body, headers=headers)


def slug(response: Any) -> str:
    return str(response.json()["type"]).rsplit("/", 1)[-1]


async def test_a_person_is_entered_by_hand_as_a_version_of_the_roster(service: Start) -> None:
    sync = await service("sync")
    created = await create(sync, login="Alva.Ek@Example.org")
    assert created.status_code == 201, created.text
    assert created.headers["location"].endswith(created.json()["id"])
    shown = await read(sync, f"/sync/v1/persons/{created.json()['id']}")
    assert (shown["displayName"], shown["login"], shown["source"]) == ("Alva Ek", "alva.ek@example.org", "manual")
    versions = (await read(sync, "/sync/v1/roster-versions"))["items"]
    assert [(one["number"], one["origin"]) for one in versions] == [(1, "manual")]


async def test_a_person_is_changed_by_hand_and_the_former_name_stays_in_the_history(service: Start) -> None:
    sync = await service("sync")
    created = await create(sync)
    changed = await patch(sync, created, familyName="Lund", email=None)
    assert (changed.status_code, changed.json()["displayName"]) == (200, "Alva Lund")
    stale = await patch(sync, created, familyName="Ek")
    assert (stale.status_code, slug(stale)) == (412, "stale-version")
    async with sync.database.transaction(sync.tenant) as session:
        before = await session.scalar(text("SELECT before->>'family_name' FROM planned_person WHERE op = 'change'"))
    assert before == "Ek"


async def test_a_login_name_belongs_to_one_person(service: Start) -> None:
    sync = await service("sync")
    await create(sync, login="a@example.org")
    taken = await create(sync, login="A@EXAMPLE.org")
    assert (taken.status_code, slug(taken)) == (409, "login-taken")


async def test_a_registers_person_is_changed_in_the_register_but_protected_here_at_once(service: Start) -> None:
    sync = await service("sync")
    small = town()
    small.of_part("pupil")[0].family = SECRET
    await loaded(sync, small)
    listed = (await read(sync, "/sync/v1/persons?limit=200"))["items"]
    person_id = next(item["id"] for item in listed if item["familyName"] == SECRET)
    person = await sync.client.get(f"/sync/v1/persons/{person_id}", headers=sync.as_(LOADER))
    refused = await patch(sync, person, familyName="Ek")
    assert (refused.status_code, slug(refused)) == (409, "owned-by-register")

    protected = await patch(sync, person, protected=True)
    assert protected.status_code == 200, protected.text
    body = protected.json()
    assert (body["isProtected"], body["familyName"], body["login"], body["email"]) == (True, None, None, None)
    assert body["displayName"] == f"Skyddad {person_id.replace('-', '')[-6:].upper()}"
    assert SECRET not in str(await read(sync, "/sync/v1/persons?limit=200"))
    async with sync.database.transaction(sync.tenant) as session:
        types = list(await session.scalars(text("SELECT action FROM journal_entry WHERE entity = 'person'")))
    assert types == ["person.protect"]


async def test_a_protected_person_is_only_an_alias_in_every_answer(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    person = small.of_part("pupil")[0]
    person.family, person.marking = SECRET, "Sekretessmarkering"
    run = await plan(sync, oneroster_zip(small))
    items = await read(sync, f"/sync/v1/runs/{run['id']}/plan-items?kind=person&limit=200")
    assert SECRET not in str(items)
    hidden = [item for item in items["items"] if item["isProtected"]]
    assert hidden
    assert all(item["label"].startswith("Skyddad ") for item in hidden)
    assert {field["field"] for item in hidden for field in item["changes"]} <= {"protected"}


async def test_a_plan_that_would_lift_a_protection_does_not_show_the_name_before(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    person = small.of_part("pupil")[0]
    person.family, person.marking = SECRET, "Sekretessmarkering"
    roster = Roster(sync.database, sync.tenant)
    await roster.load(oneroster_zip(small))
    person.marking = "Ingen"
    run = await plan(sync, oneroster_zip(small))
    items = await read(sync, f"/sync/v1/runs/{run['id']}/plan-items?kind=person&limit=200")
    assert SECRET not in str(items)
    assert items["items"][0]["changes"] == [{"field": "protected", "before": True, "after": False}]


async def test_no_answer_holds_a_national_number(service: Start) -> None:
    sync = await service("sync")
    small = town()
    await loaded(sync, small)
    texts = str(await read(sync, "/sync/v1/persons?limit=200"))
    texts += str(await read(sync, f"/sync/v1/persons/{next(iter(await ids(sync)))}"))
    assert [person.civic for person in small.persons if person.civic in texts] == []
    assert "civic" not in texts


async def test_persons_are_listed_by_part_and_unit(service: Start) -> None:
    sync = await service("sync")
    small = town()
    await loaded(sync, small)
    pupils, staff, guardians = [await ids(sync, f"&part={part}") for part in ("pupil", "staff", "guardian")]
    assert (len(pupils), len(staff), len(guardians)) == (
        len(small.of_part("pupil")),
        len(small.of_part("staff")),
        len(small.of_part("guardian")),
    )
    unit = next(u for u in (await read(sync, "/sync/v1/units?limit=200"))["items"] if u["kind"] == "school")
    here = await ids(sync, f"&unitId={unit['id']}")
    assert here
    assert here < pupils | staff


async def test_a_role_at_a_unit_sees_the_persons_of_that_unit_alone(service: Start) -> None:
    sync = await service("sync")
    await loaded(sync)
    units = [u for u in (await read(sync, "/sync/v1/units?limit=200"))["items"] if u["kind"] == "school"]
    head = f"unit_head@{units[0]['id']}"
    seen = await ids(sync, "", head)
    assert seen == await ids(sync, f"&unitId={units[0]['id']}")
    assert await ids(sync, f"&unitId={units[1]['id']}", head) == seen & await ids(sync, f"&unitId={units[1]['id']}")
    hidden = next(iter(await ids(sync) - seen))
    response = await sync.client.get(f"/sync/v1/persons/{hidden}", headers=sync.as_(head))
    assert response.status_code == 404


@pytest.mark.parametrize("role", ["participant@*", "programme_viewer@*"])
async def test_who_takes_part_does_not_see_the_register(service: Start, role: str) -> None:
    sync = await service("sync")
    assert (await sync.client.get("/sync/v1/persons", headers=sync.as_(role))).status_code == 403


async def test_a_person_is_shown_to_itself_and_then_forgotten_everywhere(service: Start) -> None:
    sync = await service("sync")
    small = town()
    person = small.of_part("pupil")[0]
    person.family = SECRET
    roster = await loaded(sync, small)
    known = str(await roster.value("SELECT id FROM person WHERE source_id = :id", id=person.id))

    async def ask(path: str, scope: str) -> Any:
        token = sync.mint.service_token("sync", [scope], sync.tenant)
        response = await sync.client.post(
            f"/internal/{path}", json={"personId": known}, headers={"Authorization": f"Bearer {token}"}
        )
        assert response.status_code == 200, response.text
        return response.json()

    shown = await ask("person-exports", "persons:read")
    assert shown["person"][0]["family_name"] == SECRET
    assert shown["person"][0]["civic_number"] == "held, encrypted"
    assert shown["enrolment"]

    erased = await ask("person-erasures", "persons:write")
    assert erased["erased"] > 1
    whole = str(await roster.rows("SELECT p::text FROM person p WHERE id = :id", id=known))
    whole += str(await roster.rows("SELECT p::text FROM planned_person p WHERE id = :id", id=known))
    assert SECRET not in whole
    assert person.id not in whole
    assert person.login not in whole
    assert await roster.value("SELECT ended_at IS NOT NULL AND civic_hash IS NULL FROM person WHERE id = :id", id=known)
    again = await ask("person-erasures", "persons:write")
    assert again["erased"] == 0
