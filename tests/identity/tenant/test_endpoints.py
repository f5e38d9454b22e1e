"""Tenants: who may found one, who sees which, and that founding gives the founder no right there."""

from typing import Any

import pytest

from shared.kit.ids import new_id
from tests.identity.actions import NO_ROLE, NO_SCOPE, act, actions, verdicts
from tests.support.services import ServiceUnderTest

BODY = {
    "kind": "authority",
    "name": "Väderby kommun",
    "slug": "vaderby",
    "administrator": {"loginName": "admin@vaderby.example", "displayName": "Kim Exempel"},
}


async def found(identity: ServiceUnderTest, **changes: Any) -> dict[str, Any]:
    response = await identity.client.post(
        "/identity/v1/tenants", json=BODY | changes, headers=identity.as_("platform_admin@*")
    )
    assert response.status_code == 201, response.text
    tenant: dict[str, Any] = response.json()
    return tenant


async def test_a_platform_administrator_founds_a_tenant_with_its_first_administrator(
    identity: ServiceUnderTest,
) -> None:
    tenant = await found(identity)
    inside = identity.as_("tenant_admin@*", tenant=tenant["id"])
    accounts = (await identity.client.get("/identity/v1/accounts", headers=inside)).json()["items"]
    memberships = (await identity.client.get("/identity/v1/memberships", headers=inside)).json()["items"]
    assert [account["loginName"] for account in accounts] == ["admin@vaderby.example"]
    assert [(row["accountId"], row["role"], row["side"], row["unitId"]) for row in memberships] == [
        (accounts[0]["id"], "tenant_admin", "customer", None)
    ]


async def test_the_founder_reads_nothing_of_the_tenant(identity: ServiceUnderTest) -> None:
    tenant = await found(identity)
    for path in ("accounts", "memberships", "journal-entries"):
        response = await identity.client.get(f"/identity/v1/{path}", headers=identity.as_("platform_admin@*"))
        assert response.status_code in (200, 403)
        assert tenant["id"] not in response.text
        assert "vaderby" not in response.text


@pytest.mark.parametrize("role", ["tenant_admin", "project_leader", "auditor"])
async def test_nobody_else_founds_tenants(identity: ServiceUnderTest, role: str) -> None:
    response = await identity.client.post("/identity/v1/tenants", json=BODY, headers=identity.as_(f"{role}@*"))
    assert response.status_code == 403


async def test_a_short_name_is_taken_once(identity: ServiceUnderTest) -> None:
    await found(identity)
    response = await identity.client.post("/identity/v1/tenants", json=BODY, headers=identity.as_("platform_admin@*"))
    assert (response.status_code, response.json()["type"].rpartition("/")[2]) == (409, "tenant-slug-taken")


async def test_a_tenant_sees_itself_and_no_other(identity: ServiceUnderTest) -> None:
    own, other = await found(identity), await found(identity, slug="soderby", administrator=None)
    caller = identity.as_("tenant_admin@*", tenant=own["id"])
    listed = (await identity.client.get("/identity/v1/tenants", headers=caller)).json()["items"]
    assert [tenant["id"] for tenant in listed] == [own["id"]]
    assert (await identity.client.get(f"/identity/v1/tenants/{other['id']}", headers=caller)).status_code == 404
    assert (await identity.client.get(f"/identity/v1/tenants/{new_id()}", headers=caller)).status_code == 404


async def test_platform_administrators_page_through_all_tenants(identity: ServiceUnderTest) -> None:
    ids = {(await found(identity, slug=f"t-{number}", administrator=None))["id"] for number in range(3)}
    headers, seen = identity.as_("platform_admin@*"), set()
    url = "/identity/v1/tenants?limit=2"
    while url:
        page = (await identity.client.get(url, headers=headers)).json()
        seen |= {tenant["id"] for tenant in page["items"]}
        following = page["_links"].get("next")
        url = following["href"].removeprefix("http://gateway.test") if following else ""
    assert ids <= seen


async def test_a_change_must_name_the_present_version(identity: ServiceUnderTest) -> None:
    tenant = await found(identity)
    path, body = f"/identity/v1/tenants/{tenant['id']}", {"name": "Väderby"}
    caller = identity.as_("tenant_admin@*", tenant=tenant["id"])
    assert (await identity.client.patch(path, json=body, headers=caller)).status_code == 428
    changed = await identity.client.patch(path, json=body, headers=caller | {"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["name"], changed.headers["etag"]) == (200, "Väderby", '"2"')
    assert (await identity.client.patch(path, json=body, headers=caller | {"If-Match": '"1"'})).status_code == 412


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (BODY | {"kind": "company"}, "#/kind"),
        (BODY | {"slug": "Väderby"}, "#/slug"),
        (BODY | {"owner": "me"}, "#/owner"),
        (BODY | {"administrator": {"loginName": "no-domain", "displayName": "Kim"}}, "#/administrator/loginName"),
        ({"kind": "authority", "slug": "vaderby"}, "#/name"),
    ],
)
async def test_bad_input_names_the_place(identity: ServiceUnderTest, body: dict[str, Any], pointer: str) -> None:
    response = await identity.client.post("/identity/v1/tenants", json=body, headers=identity.as_("platform_admin@*"))
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_a_tenant_names_what_its_reader_may_do_and_that_is_what_happens(identity: ServiceUnderTest) -> None:
    tenant = await found(identity)
    own, path = tenant["id"], f"/identity/v1/tenants/{tenant['id']}"
    readers = [
        (identity.as_("project_leader@*", tenant=own), NO_ROLE, 403),
        (identity.as_(f"tenant_admin@{new_id()}", tenant=own), NO_ROLE, 403),
        (identity.as_("tenant_admin@*", tenant=own, scopes=["tenants:read"]), NO_SCOPE, 403),
        (identity.as_("tenant_admin@*", tenant=own), None, 200),
        (identity.as_("platform_admin@*"), None, 200),
    ]
    version = 1
    for reader, reason, status in readers:
        assert await verdicts(identity, path, reader) == {"change": (reason is None, reason)}
        listed = (await identity.client.get("/identity/v1/tenants", headers=reader)).json()["items"]
        offered = next(row["allowedActions"] for row in listed if row["id"] == own)
        assert offered == list((await actions(identity, path, reader)).values())
        response = await act(identity, offered[0], reader, version, name="Väderby")
        assert response.status_code == status
        version = response.json().get("version", version)
    assert tenant["allowedActions"] == offered == response.json()["allowedActions"]
