"""Memberships: which role may be granted to whom, on which side, and that removing one cuts its tokens off."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from shared.auth.cutoffs import AccessCutoffs
from shared.kit.ids import new_id
from tests.identity.account.test_endpoints import ADMIN, prepare
from tests.identity.actions import BASIC, NO_ROLE, TOO_WEAK, act, actions, verdicts
from tests.support.services import ServiceUnderTest, Start


async def grant(identity: ServiceUnderTest, body: dict[str, Any], expect: int = 201) -> dict[str, Any]:
    response = await identity.client.post("/identity/v1/memberships", json=body, headers=identity.as_(ADMIN))
    assert response.status_code == expect, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def remove(identity: ServiceUnderTest, membership: dict[str, Any], version: int = 1) -> int:
    headers = identity.as_(ADMIN) | {"If-Match": f'"{version}"'}
    return (await identity.client.delete(f"/identity/v1/memberships/{membership['id']}", headers=headers)).status_code


async def test_a_role_is_granted_at_one_unit(identity: ServiceUnderTest) -> None:
    account, unit = await prepare(identity), str(new_id())
    membership = await grant(
        identity, {"accountId": account["id"], "role": "unit_head", "unitId": unit, "side": "customer"}
    )
    assert (membership["role"], membership["unitId"], membership["homeTenantId"]) == (
        "unit_head",
        unit,
        str(identity.tenant),
    )
    found = await identity.client.get(
        "/identity/v1/memberships", params={"unitId": unit}, headers=identity.as_("auditor@*")
    )
    assert [row["id"] for row in found.json()["items"]] == [membership["id"]]


async def test_the_same_role_is_granted_once_at_every_unit(identity: ServiceUnderTest) -> None:
    body = {"accountId": (await prepare(identity))["id"], "role": "auditor", "side": "customer"}
    await grant(identity, body)
    assert (await grant(identity, body, 409))["type"].endswith("/already-member")


async def test_grants_that_race_leave_an_account_on_one_side(committed_service: Start) -> None:
    identity = await committed_service("identity")
    account = (await prepare(identity))["id"]
    wishes = (("customer", "trainer"), ("supplier", "approver")) * 4
    bodies = [{"accountId": account, "role": role, "side": side} for side, role in wishes]
    requests = (
        identity.client.post("/identity/v1/memberships", json=body, headers=identity.as_(ADMIN)) for body in bodies
    )
    statuses = [answer.status_code for answer in await asyncio.gather(*requests)]
    assert sorted(statuses) == [201] + [409] * 7
    found = await identity.client.get(
        "/identity/v1/memberships", params={"accountId": account}, headers=identity.as_("auditor@*")
    )
    assert len({row["side"] for row in found.json()["items"]}) == 1


async def test_an_account_stands_on_one_side(identity: ServiceUnderTest) -> None:
    account = (await prepare(identity))["id"]
    await grant(identity, {"accountId": account, "role": "project_leader", "side": "customer"})
    problem = await grant(identity, {"accountId": account, "role": "trainer", "side": "supplier"}, 409)
    assert problem["type"].endswith("/other-side")


async def test_a_suppliers_account_acts_here_by_a_membership_here(identity: ServiceUnderTest) -> None:
    supplier = new_id()
    response = await identity.client.post(
        "/identity/v1/accounts",
        json={"loginName": "leia@laranda.example", "displayName": "Leia Leverantör"},
        headers=identity.as_(ADMIN, tenant=supplier),
    )
    body = {
        "accountId": response.json()["id"],
        "homeTenantId": str(supplier),
        "role": "project_leader",
        "side": "supplier",
        "label": "Leverantörens projektledare",
    }
    membership = await grant(identity, body)
    assert membership["homeTenantId"] == str(supplier)
    at_home = await identity.client.get("/identity/v1/memberships", headers=identity.as_(ADMIN, tenant=supplier))
    assert at_home.json()["items"] == []


async def test_only_the_customers_side_puts_somebody_on_the_customers_side(identity: ServiceUnderTest) -> None:
    account = (await prepare(identity))["id"]
    supplier = identity.as_(ADMIN, side="supplier")
    for side, expect in (("customer", 403), ("programme", 403), ("supplier", 201)):
        body = {"accountId": account, "role": "approver", "side": side}
        answer = await identity.client.post("/identity/v1/memberships", json=body, headers=supplier)
        assert answer.status_code == expect, (side, answer.text)
    guest = {"accountId": account, "homeTenantId": str(new_id()), "role": "approver", "side": "customer"}
    assert [error["pointer"] for error in (await grant(identity, guest, 422))["errors"]] == ["#/side"]


@pytest.mark.parametrize("home", [None, "other"])
async def test_an_account_that_does_not_exist_gets_no_role(identity: ServiceUnderTest, home: str | None) -> None:
    body = {"accountId": str(new_id()), "role": "auditor", "side": "supplier"}
    if home:
        body["homeTenantId"] = str(new_id())
    problem = await grant(identity, body, 422)
    assert problem["errors"][0]["pointer"] == "#/accountId"


async def test_a_tenants_administrator_cannot_make_administrators_of_the_platform(identity: ServiceUnderTest) -> None:
    body = {"accountId": (await prepare(identity))["id"], "role": "platform_admin", "side": "customer"}
    assert (await grant(identity, body, 403))["type"].endswith("/role-not-yours-to-grant")
    as_platform_admin = await identity.client.post(
        "/identity/v1/memberships", json=body, headers=identity.as_("platform_admin@*")
    )
    assert as_platform_admin.status_code == 403, "this tenant does not run the platform"


async def test_a_removed_role_is_cut_off_here_at_once_and_announced_to_the_others(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    membership = await grant(identity, {"accountId": account["id"], "role": "auditor", "side": "customer"})
    token = identity.as_("auditor@*", subject=account["id"])
    assert (await identity.client.get("/identity/v1/accounts", headers=token)).status_code == 200
    assert await remove(identity, membership) == 204
    identity.app.state.runtime.resources[AccessCutoffs] = AccessCutoffs(identity.database)
    refused = await identity.client.get("/identity/v1/accounts", headers=token)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    async with identity.database.transaction(identity.tenant) as session:
        rows = await session.execute(text("SELECT account_id::text FROM access_cutoff"))
        assert list(rows.scalars()) == [account["id"]]


async def test_a_cutoff_of_one_account_leaves_the_others_alone(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    membership = await grant(identity, {"accountId": account["id"], "role": "auditor", "side": "customer"})
    await remove(identity, membership)
    identity.app.state.runtime.resources[AccessCutoffs] = AccessCutoffs(identity.database)
    assert (await identity.client.get("/identity/v1/accounts", headers=identity.as_(ADMIN))).status_code == 200


async def test_removing_needs_the_present_version(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    membership = await grant(identity, {"accountId": account["id"], "role": "auditor", "side": "customer"})
    path = f"/identity/v1/memberships/{membership['id']}"
    assert (await identity.client.delete(path, headers=identity.as_(ADMIN))).status_code == 428
    assert await remove(identity, membership, version=2) == 412
    assert await remove(identity, membership) == 204
    assert (await identity.client.get(path, headers=identity.as_(ADMIN))).status_code == 404


async def test_another_tenant_neither_sees_nor_removes_a_membership(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    membership = await grant(identity, {"accountId": account["id"], "role": "auditor", "side": "customer"})
    path, elsewhere = f"/identity/v1/memberships/{membership['id']}", identity.as_(ADMIN, tenant=new_id())
    assert (await identity.client.get(path, headers=elsewhere)).status_code == 404
    assert (await identity.client.delete(path, headers=elsewhere | {"If-Match": '"1"'})).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"role": "emperor"}, "#/role"), ({"side": "both"}, "#/side"), ({"unitId": "*"}, "#/unitId")],
)
async def test_bad_input_names_the_place(identity: ServiceUnderTest, change: dict[str, Any], pointer: str) -> None:
    body = {"accountId": str(new_id()), "role": "auditor", "side": "customer"} | change
    assert [error["pointer"] for error in (await grant(identity, body, 422))["errors"]] == [pointer]


async def test_a_membership_names_what_its_reader_may_do_and_that_is_what_happens(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    membership = await grant(identity, {"accountId": account["id"], "role": "auditor", "side": "customer"})
    path = f"/identity/v1/memberships/{membership['id']}"
    readers = [
        (identity.as_("project_leader@*"), NO_ROLE, 403),
        (identity.as_(ADMIN, acr=BASIC), TOO_WEAK, 401),
        (identity.as_(ADMIN), None, 204),
    ]
    for reader, reason, status in readers:
        assert await verdicts(identity, path, reader) == {"remove": (reason is None, reason)}
        listed = (await identity.client.get("/identity/v1/memberships", headers=reader)).json()["items"][0]
        assert listed["allowedActions"] == list((await actions(identity, path, reader)).values())
        assert (await act(identity, listed["allowedActions"][0], reader)).status_code == status
    assert membership["allowedActions"] == listed["allowedActions"]


async def test_a_role_from_the_roster_is_removed_there(identity: ServiceUnderTest) -> None:
    account, admin = await prepare(identity), identity.as_(ADMIN)
    membership = await grant(identity, {"accountId": account["id"], "role": "unit_head", "side": "customer"})
    async with identity.database.transaction(identity.tenant) as session:
        await session.execute(text("UPDATE membership SET duty_id = id"))
    path = f"/identity/v1/memberships/{membership['id']}"
    reason = "The role comes from the roster; change the duty there"
    assert await verdicts(identity, path, admin) == {"remove": (False, reason)}
    refused = await act(identity, membership["allowedActions"][0], admin)
    assert (refused.status_code, refused.json()["title"]) == (409, reason)


async def test_only_administrators_of_the_platform_unmake_one(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    membership = await grant(identity, {"accountId": account["id"], "role": "auditor", "side": "customer"})
    async with identity.database.transaction(identity.tenant) as session:
        await session.execute(text("UPDATE membership SET role = 'platform_admin'"))
    path = f"/identity/v1/memberships/{membership['id']}"
    reason = "The role cannot be granted or removed here"
    for role, wanted, status in ((ADMIN, (False, reason), 403), ("platform_admin@*", (True, None), 204)):
        caller = identity.as_(role)
        assert await verdicts(identity, path, caller) == {"remove": wanted}
        assert (await act(identity, membership["allowedActions"][0], caller)).status_code == status
