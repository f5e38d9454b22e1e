"""Units over HTTP."""

from typing import Any

from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import Roster, oneroster_zip, town
from tests.sync.work import LOADER, act, read, verdicts


async def create(service: ServiceUnderTest, **body: Any) -> Any:
    return await service.client.post(
        "/sync/v1/units", json={"name": "Tallens skola"} | body, headers=service.as_(LOADER)
    )


async def patch(service: ServiceUnderTest, unit: Any, **body: Any) -> Any:
    headers = service.as_(LOADER) | {"If-Match": unit.headers["etag"]}
    return await service.client.patch(f"/sync/v1/units/{unit.json()['id']}", json=body, headers=headers)


def slug(response: Any) -> str:
    return str(response.json()["type"]).rsplit("/", 1)[-1]


async def test_a_unit_is_entered_and_changed_by_hand(service: Start) -> None:
    sync = await service("sync")
    above = await create(sync, name="Norra området", kind="area")
    unit = await create(sync, parentId=above.json()["id"], schoolForms=["compulsory", "leisure"], code="99000123")
    assert unit.status_code == 201, unit.text
    changed = await patch(sync, unit, name="Tallmons skola", code=None)
    assert changed.status_code == 200, changed.text
    body = changed.json()
    assert (body["name"], body["code"], body["parentId"]) == ("Tallmons skola", None, above.json()["id"])
    assert body["schoolForms"] == ["compulsory", "leisure"]
    stale = await patch(sync, unit, name="x")
    assert (stale.status_code, slug(stale)) == (412, "stale-version")


async def test_a_change_without_if_match_is_refused(service: Start) -> None:
    sync = await service("sync")
    unit = await create(sync)
    response = await sync.client.patch(
        f"/sync/v1/units/{unit.json()['id']}", json={"name": "x"}, headers=sync.as_(LOADER)
    )
    assert response.status_code == 428


async def test_a_unit_cannot_stand_under_itself_or_under_nothing(service: Start) -> None:
    sync = await service("sync")
    above = await create(sync, name="A", kind="area")
    below = await create(sync, name="B", parentId=above.json()["id"])
    circle = await patch(sync, above, parentId=below.json()["id"])
    assert (circle.status_code, slug(circle)) == (422, "unit-above-itself")
    nowhere = await create(sync, parentId=str(new_id()))
    assert (nowhere.status_code, slug(nowhere)) == (422, "parent-unknown")


async def test_a_registers_unit_is_changed_in_the_register(service: Start) -> None:
    sync = await service("sync")
    await Roster(sync.database, sync.tenant).load(oneroster_zip(town()))
    unit_id = (await read(sync, "/sync/v1/units"))["items"][0]["id"]
    unit = await sync.client.get(f"/sync/v1/units/{unit_id}", headers=sync.as_(LOADER))
    refused = await patch(sync, unit, name="x")
    assert (refused.status_code, slug(refused)) == (409, "owned-by-register")


async def test_units_are_read_by_everybody_in_the_tenant_and_by_nobody_else(service: Start) -> None:
    sync = await service("sync")
    unit = await create(sync)
    path = f"/sync/v1/units/{unit.json()['id']}"
    assert (await sync.client.get(path, headers=sync.as_("participant@*"))).status_code == 200
    assert (await sync.client.get(path, headers=sync.as_(LOADER, tenant=new_id()))).status_code == 404
    assert (await sync.client.get(path)).status_code == 401


async def test_units_are_paged_by_name(service: Start) -> None:
    sync = await service("sync")
    for name in ("C", "A", "B"):
        await create(sync, name=name)
    first = await read(sync, "/sync/v1/units?limit=2")
    rest = await read(sync, first["_links"]["next"]["href"].removeprefix("http://gateway.test"))
    assert [unit["name"] for unit in first["items"] + rest["items"]] == ["A", "B", "C"]
    assert rest["_links"]["next"] is None


async def test_a_unit_names_what_its_reader_may_do_and_that_is_what_happens(service: Start) -> None:
    sync = await service("sync")
    unit = await create(sync)
    path, tag = f"/sync/v1/units/{unit.json()['id']}", unit.headers["etag"]
    readers = [
        ("participant@*", "None of your roles allows it", 403),
        (f"register_admin@{new_id()}", "None of your roles allows it", 403),
        (LOADER, None, 200),
    ]
    for role, reason, status in readers:
        assert await verdicts(sync, path, role) == {"change": (reason is None, reason)}
        listed = (await read(sync, "/sync/v1/units", role))["items"][0]["allowedActions"]
        assert listed == (await read(sync, path, role))["allowedActions"]
        response = await act(sync, listed[0], role, tag, json={"name": "Ny"})
        assert response.status_code == status
    assert unit.json()["allowedActions"] == listed == response.json()["allowedActions"]


async def test_a_registers_unit_says_that_it_is_changed_there(service: Start) -> None:
    sync = await service("sync")
    await Roster(sync.database, sync.tenant).load(oneroster_zip(town()))
    unit_id = (await read(sync, "/sync/v1/units"))["items"][0]["id"]
    path = f"/sync/v1/units/{unit_id}"
    assert await verdicts(sync, path) == {"change": (False, "Changed in the register")}
    assert await verdicts(sync, path, "participant@*") == {"change": (False, "None of your roles allows it")}
