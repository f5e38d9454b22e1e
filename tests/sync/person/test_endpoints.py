"""Persons over HTTP: who sees whom, what is never shown, what can be changed by hand."""

from typing import Any

import pytest
from sqlalchemy import text

from cli.demo_roster import Municipality
from services.sync.roster.models import Duty, Enrolment, Responsible
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import Roster, oneroster_zip, town
from tests.sync.work import LOADER, act, plan, read, verdicts

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


async def ask(service: ServiceUnderTest, path: str, scope: str, person_id: str) -> Any:
    """What another service asks about a person."""
    token = service.mint.service_token("sync", [scope], service.tenant)
    response = await service.client.post(
        f"/internal/{path}", json={"personId": person_id}, headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 200, response.text
    return response.json()


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
    lifted = [item for item in items["items"] if item["isProtected"] and item["changes"]]
    assert [item["changes"] for item in lifted] == [[{"field": "protected", "before": True, "after": False}]]


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


async def test_a_role_at_a_unit_does_not_learn_where_else_a_protected_person_is(service: Start) -> None:
    sync = await service("sync")
    roster = await loaded(sync)
    (here,), (there,) = await roster.rows("SELECT DISTINCT unit_id FROM enrolment ORDER BY 1 LIMIT 2")
    of_unit = "SELECT person_id FROM enrolment WHERE unit_id = :unit ORDER BY person_id LIMIT 1"
    pupil, child = await roster.value(of_unit, unit=here), await roster.value(of_unit, unit=there)
    kept: dict[str, Any] = {"tenant_id": sync.tenant, "source": "register", "changed_version": 1}
    async with sync.database.transaction(sync.tenant) as session:
        session.add(Enrolment(person_id=pupil, unit_id=there, school_form="leisure", **kept))
        session.add(Duty(person_id=pupil, unit_id=there, role="teacher", **kept))
        session.add(Responsible(child_id=child, guardian_id=pupil, **kept))
    path, head = f"/sync/v1/persons/{pupil}", f"unit_head@{here}"
    person = await sync.client.get(path, headers=sync.as_(LOADER))
    assert (await patch(sync, person, protected=True)).status_code == 200
    shown = await read(sync, path, head)
    assert ({one["unitId"] for one in shown["enrolments"]}, shown["duties"]) == ({str(here)}, [])
    for query in (f"&unitId={there}", "&part=staff", "&part=guardian"):
        assert str(pupil) not in await ids(sync, query, head), query
        assert str(pupil) in await ids(sync, query), query
    assert str(pupil) in await ids(sync, "&part=pupil", head)
    whole = await read(sync, path)
    assert all(str(there) in {one["unitId"] for one in whole[kind]} for kind in ("duties", "enrolments"))


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

    shown = await ask(sync, "person-exports", "persons:read", known)
    assert shown["person"][0]["family_name"] == SECRET
    assert shown["person"][0]["civic_number"] == "held, encrypted"
    assert shown["enrolment"]

    erased = await ask(sync, "person-erasures", "persons:write", known)
    assert erased["erased"] > 1
    whole = str(await roster.rows("SELECT p::text FROM person p WHERE id = :id", id=known))
    whole += str(await roster.rows("SELECT p::text FROM planned_person p WHERE id = :id", id=known))
    assert SECRET not in whole
    assert person.id not in whole
    assert person.login not in whole
    assert await roster.value("SELECT ended_at IS NOT NULL AND civic_hash IS NULL FROM person WHERE id = :id", id=known)
    again = await ask(sync, "person-erasures", "persons:write", known)
    assert again["erased"] == 0


async def test_a_person_names_what_its_reader_may_do_and_that_is_what_happens(service: Start) -> None:
    sync = await service("sync")
    person = await create(sync)
    path, tag = f"/sync/v1/persons/{person.json()['id']}", person.headers["etag"]
    for role, reason, status in (("auditor@*", "None of your roles allows it", 403), (LOADER, None, 200)):
        wanted = (reason is None, reason)
        assert await verdicts(sync, path, role) == {"change": wanted, "protect": wanted}
        listed = (await read(sync, "/sync/v1/persons", role))["items"][0]["allowedActions"]
        assert listed == (await read(sync, path, role))["allowedActions"]
        response = await act(sync, listed[0], role, tag, json={"familyName": "Lund"})
        assert response.status_code == status
    assert person.json()["allowedActions"] == listed == response.json()["allowedActions"]
    protected = await act(sync, listed[1], LOADER, response.headers["etag"], json={"protected": True})
    assert (protected.status_code, protected.json()["familyName"]) == (200, None)


async def test_a_registers_person_may_only_be_protected_here_and_says_so(service: Start) -> None:
    sync = await service("sync")
    await loaded(sync)
    path = f"/sync/v1/persons/{next(iter(await ids(sync)))}"
    shown = await sync.client.get(path, headers=sync.as_(LOADER))
    owned = (False, "Changed in the register")
    assert await verdicts(sync, path) == {"change": owned, "protect": (True, None)}
    change, protect = shown.json()["allowedActions"]
    tag = shown.headers["etag"]
    assert (await act(sync, change, LOADER, tag, json={"familyName": "Lund"})).status_code == 409
    assert (await act(sync, protect, LOADER, tag, json={"protected": True})).status_code == 200
    assert await verdicts(sync, path) == {"change": owned}


async def test_a_person_who_was_erased_is_not_brought_back_by_a_change(service: Start) -> None:
    sync = await service("sync")
    person = await create(sync)
    path = f"/sync/v1/persons/{person.json()['id']}"
    await ask(sync, "person-erasures", "persons:write", person.json()["id"])
    assert await verdicts(sync, path) == {"change": (False, "The person has ended")}
    tag = (await sync.client.get(path, headers=sync.as_(LOADER))).headers["etag"]
    refused = await act(sync, person.json()["allowedActions"][0], LOADER, tag, json={"familyName": "Lund"})
    assert (refused.status_code, slug(refused)) == (409, "person-ended")
    assert (await read(sync, path))["endedAt"] is not None
