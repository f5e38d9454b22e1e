"""Accounts: opened, renamed, closed and reopened by the tenant's administrator, and by nobody from outside."""

from typing import Any

import pytest
from sqlalchemy import text

from shared.kit.ids import new_id
from tests.identity.actions import NO_ROLE, NO_SCOPE, act, actions, verdicts
from tests.support.services import ServiceUnderTest

ADMIN = "tenant_admin@*"


async def prepare(identity: ServiceUnderTest, login_name: str = "kim@norrvik.example") -> dict[str, Any]:
    """An account in the test's tenant."""
    body = {"loginName": login_name, "displayName": "Kim Exempel"}
    response = await identity.client.post("/identity/v1/accounts", json=body, headers=identity.as_(ADMIN))
    assert response.status_code == 201, response.text
    account: dict[str, Any] = response.json()
    return account


async def test_an_account_is_opened_and_found_again(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    response = await identity.client.get(f"/identity/v1/accounts/{account['id']}", headers=identity.as_("auditor@*"))
    assert response.json() | {"allowedActions": account["allowedActions"]} == account
    assert (account["state"], account["source"], account["personId"]) == ("open", "manual", None)


async def test_a_login_name_belongs_to_one_account_whatever_its_case(identity: ServiceUnderTest) -> None:
    await prepare(identity)
    body = {"loginName": "KIM@Norrvik.example", "displayName": "Kim Annan"}
    response = await identity.client.post("/identity/v1/accounts", json=body, headers=identity.as_(ADMIN))
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (409, "login-name-taken")


async def test_another_tenant_may_have_the_same_login_name_and_learns_nothing(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    elsewhere = identity.as_(ADMIN, tenant=new_id())
    body = {"loginName": "kim@norrvik.example", "displayName": "Kim Annan"}
    assert (await identity.client.post("/identity/v1/accounts", json=body, headers=elsewhere)).status_code == 201
    path = f"/identity/v1/accounts/{account['id']}"
    assert (await identity.client.get(path, headers=elsewhere)).status_code == 404
    change = await identity.client.patch(path, json={"state": "closed"}, headers=elsewhere | {"If-Match": '"1"'})
    assert change.status_code == 404


async def test_an_account_is_closed_and_reopened_and_the_journal_tells(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    path, admin = f"/identity/v1/accounts/{account['id']}", identity.as_(ADMIN)
    closed = await identity.client.patch(path, json={"state": "closed"}, headers=admin | {"If-Match": '"1"'})
    assert (closed.json()["state"], closed.json()["closedReason"]) == ("closed", "administrator")
    opened = await identity.client.patch(path, json={"state": "open"}, headers=admin | {"If-Match": '"2"'})
    assert (opened.json()["state"], opened.json()["closedReason"]) == ("open", None)
    entries = await identity.client.get(
        "/identity/v1/journal-entries", params={"entityId": account["id"]}, headers=admin
    )
    assert [entry["action"] for entry in entries.json()["items"]] == [
        "account.reopened",
        "account.closed",
        "account.created",
    ]
    assert "Kim" not in entries.text


async def test_a_change_needs_the_present_version(identity: ServiceUnderTest) -> None:
    account = await prepare(identity)
    path, admin = f"/identity/v1/accounts/{account['id']}", identity.as_(ADMIN)
    assert (await identity.client.patch(path, json={"displayName": "Kim"}, headers=admin)).status_code == 428
    stale = await identity.client.patch(path, json={"displayName": "Kim"}, headers=admin | {"If-Match": '"7"'})
    assert stale.status_code == 412


async def test_accounts_are_listed_page_by_page_and_by_state(identity: ServiceUnderTest) -> None:
    accounts = [await prepare(identity, f"person{number}@norrvik.example") for number in range(3)]
    admin = identity.as_(ADMIN)
    await identity.client.patch(
        f"/identity/v1/accounts/{accounts[0]['id']}", json={"state": "closed"}, headers=admin | {"If-Match": '"1"'}
    )
    page = (await identity.client.get("/identity/v1/accounts", params={"limit": 2}, headers=admin)).json()
    assert [item["id"] for item in page["items"]] == [account["id"] for account in accounts[:2]]
    rest = (await identity.client.get(page["_links"]["next"]["href"], headers=admin)).json()
    assert [item["id"] for item in rest["items"]] == [accounts[2]["id"]]
    still_open = await identity.client.get("/identity/v1/accounts", params={"state": "open"}, headers=admin)
    assert accounts[0]["id"] not in still_open.text


@pytest.mark.parametrize("role", ["project_leader@*", "unit_head@*", "participant@*", "trainer@*"])
async def test_other_roles_neither_read_nor_open_accounts(identity: ServiceUnderTest, role: str) -> None:
    headers = identity.as_(role)
    body = {"loginName": "x@norrvik.example", "displayName": "X"}
    assert (await identity.client.get("/identity/v1/accounts", headers=headers)).status_code == 403
    assert (await identity.client.post("/identity/v1/accounts", json=body, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"loginName": "kim", "displayName": "Kim"}, "#/loginName"),
        ({"loginName": "k m@x.se", "displayName": "Kim"}, "#/loginName"),
        ({"loginName": "kim@x.se", "displayName": ""}, "#/displayName"),
        ({"loginName": "kim@x.se", "displayName": "Kim", "roles": []}, "#/roles"),
    ],
)
async def test_bad_input_names_the_place(identity: ServiceUnderTest, body: dict[str, Any], pointer: str) -> None:
    response = await identity.client.post("/identity/v1/accounts", json=body, headers=identity.as_(ADMIN))
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_an_account_names_what_its_reader_may_do_and_that_is_what_happens(identity: ServiceUnderTest) -> None:
    path = f"/identity/v1/accounts/{(await prepare(identity))['id']}"
    readers = {
        NO_ROLE: identity.as_("auditor@*"),
        NO_SCOPE: identity.as_(ADMIN, scopes=["accounts:read"]),
        None: identity.as_(ADMIN),
    }
    for reason, reader in readers.items():
        wanted = (reason is None, reason)
        assert await verdicts(identity, path, reader) == {"rename": wanted, "close": wanted}
        closing = (await actions(identity, path, reader))["close"]
        response = await act(identity, closing, reader, state="closed")
        assert response.status_code == (200 if closing["allowed"] else 403)
    assert await verdicts(identity, path, readers[None]) == {"rename": (True, None), "reopen": (True, None)}


async def test_lists_creations_and_changes_name_the_same_actions(identity: ServiceUnderTest) -> None:
    account, admin = await prepare(identity), identity.as_(ADMIN)
    path = f"/identity/v1/accounts/{account['id']}"
    listed = (await identity.client.get("/identity/v1/accounts", headers=admin)).json()["items"]
    renamed = await identity.client.patch(path, json={"displayName": "K"}, headers=admin | {"If-Match": '"1"'})
    assert [action["allowed"] for action in account["allowedActions"]] == [True, True]
    assert listed[0]["allowedActions"] == renamed.json()["allowedActions"] == account["allowedActions"]


async def test_an_account_that_the_roster_closed_is_neither_renamed_nor_reopened_here(
    identity: ServiceUnderTest,
) -> None:
    path, admin = f"/identity/v1/accounts/{(await prepare(identity))['id']}", identity.as_(ADMIN)
    async with identity.database.transaction(identity.tenant) as session:
        closed = "UPDATE account SET source = 'roster', state = 'closed', closed_reason = 'roster_ended'"
        await session.execute(text(closed))
    reason = "Kontot styrs av registret; ändra personen där"
    found = await verdicts(identity, path, admin | {"Accept-Language": "sv"})
    assert found == {"rename": (False, reason), "reopen": (False, reason)}
    offered = await actions(identity, path, admin)
    assert (await act(identity, offered["rename"], admin, displayName="K")).status_code == 409
    assert (await act(identity, offered["reopen"], admin, state="open")).status_code == 409
