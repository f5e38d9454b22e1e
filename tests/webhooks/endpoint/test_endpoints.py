"""Endpoints over HTTP: registering, secrets, changes with If-Match, who may, and what is refused."""

import base64
import itertools
from typing import Any

import pytest
from sqlalchemy import text

from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start

ADMIN = "tenant_admin@*"
BODY: dict[str, Any] = {
    "url": "http://127.0.0.1:9/hook",
    "description": "Integration",
    "eventTypes": ["projects.gate.ready.v1"],
}
ENDPOINTS = "/webhooks/v1/endpoints"


@pytest.fixture
async def webhooks(service: Start) -> ServiceUnderTest:
    return await service("webhooks")


async def create(webhooks: ServiceUnderTest, **changes: Any) -> dict[str, Any]:
    response = await webhooks.client.post(ENDPOINTS, json=BODY | changes, headers=webhooks.as_(ADMIN))
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_a_new_endpoint_shows_its_secret_once(webhooks: ServiceUnderTest) -> None:
    response = await webhooks.client.post(ENDPOINTS, json=BODY, headers=webhooks.as_(ADMIN))
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"http://gateway.test{ENDPOINTS}/{made['id']}"
    assert response.headers["cache-control"] == "no-store"
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) == 32
    again = await webhooks.client.get(f"{ENDPOINTS}/{made['id']}", headers=webhooks.as_(ADMIN))
    assert again.json() == {name: value for name, value in made.items() if name != "secret"}
    assert again.headers["etag"] == '"1"'
    listed = await webhooks.client.get(ENDPOINTS, headers=webhooks.as_(ADMIN))
    assert "whsec_" not in listed.text


async def test_the_stored_secret_is_sealed(webhooks: ServiceUnderTest) -> None:
    made = await create(webhooks)
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    async with webhooks.database.transaction(webhooks.tenant) as session:
        sealed = await session.scalar(text("SELECT sealed FROM endpoint_secret"))
    assert secret not in bytes(sealed)


@pytest.mark.parametrize(
    ("changes", "pointer", "slug"),
    [
        ({"url": "ftp://a.example.com/"}, "#/url", "endpoint-url-refused"),
        ({"url": "https://user:pw@a.example.com/"}, "#/url", "endpoint-url-refused"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "#/url", "endpoint-url-refused"),
        ({"url": "http://[::ffff:169.254.169.254]/"}, "#/url", "endpoint-url-refused"),
        ({"url": "http://100.64.0.1/"}, "#/url", "endpoint-url-refused"),
        ({"url": "https://no-such-name.invalid/"}, "#/url", "endpoint-url-refused"),
        ({"eventTypes": ["projects.gate.ready.v1", "no.such.type.v1"]}, "#/eventTypes/1", "unknown-event-types"),
        ({"eventTypes": ["*", "projects.gate.ready.v1"]}, "#/eventTypes/0", "unknown-event-types"),
        ({"eventTypes": []}, "#/eventTypes", "invalid-input"),
        ({"eventType": ["*"]}, "#/eventType", "invalid-input"),
        ({"url": 7}, "#/url", "invalid-input"),
    ],
)
async def test_a_wrong_endpoint_is_refused_with_the_place(
    webhooks: ServiceUnderTest, changes: dict[str, Any], pointer: str, slug: str
) -> None:
    response = await webhooks.client.post(ENDPOINTS, json=BODY | changes, headers=webhooks.as_(ADMIN))
    problem = response.json()
    assert response.status_code == 422
    assert problem["type"].endswith(slug)
    assert pointer in [error["pointer"] for error in problem["errors"]]


async def test_the_reason_comes_in_the_callers_language(webhooks: ServiceUnderTest) -> None:
    headers = webhooks.as_(ADMIN) | {"Accept-Language": "da"}
    response = await webhooks.client.post(ENDPOINTS, json=BODY | {"url": "http://10.0.0.1:22/"}, headers=headers)
    assert response.status_code == 201  # a test environment may call private networks, on any port
    response = await webhooks.client.post(ENDPOINTS, json=BODY | {"url": "http://169.254.1.1/"}, headers=headers)
    assert "internt" in response.json()["detail"]


async def test_a_change_needs_the_version_that_it_is_based_on(webhooks: ServiceUnderTest) -> None:
    made = await create(webhooks)
    path = f"{ENDPOINTS}/{made['id']}"
    admin = webhooks.as_(ADMIN)
    change = {"eventTypes": ["*"], "description": "All"}
    assert (await webhooks.client.patch(path, json=change, headers=admin)).status_code == 428
    stale = await webhooks.client.patch(path, json=change, headers=admin | {"If-Match": '"7"'})
    assert stale.status_code == 412
    changed = await webhooks.client.patch(path, json=change, headers=admin | {"If-Match": '"1"'})
    assert changed.status_code == 200
    assert (changed.json()["eventTypes"], changed.headers["etag"]) == (["*"], '"2"')
    assert (await webhooks.client.delete(path, headers=admin)).status_code == 428
    assert (await webhooks.client.delete(path, headers=admin | {"If-Match": '"2"'})).status_code == 204
    assert (await webhooks.client.get(path, headers=admin)).status_code == 404


async def test_a_changed_url_is_checked_too(webhooks: ServiceUnderTest) -> None:
    made = await create(webhooks)
    headers = webhooks.as_(ADMIN) | {"If-Match": '"1"'}
    change = {"url": "http://169.254.169.254/"}
    response = await webhooks.client.patch(f"{ENDPOINTS}/{made['id']}", json=change, headers=headers)
    assert response.status_code == 422


async def test_an_endpoint_can_be_stopped_and_started(webhooks: ServiceUnderTest) -> None:
    made = await create(webhooks)
    path = f"{ENDPOINTS}/{made['id']}"
    headers = webhooks.as_(ADMIN) | {"If-Match": '"1"'}
    stopped = (await webhooks.client.patch(path, json={"state": "disabled"}, headers=headers)).json()
    assert (stopped["state"], stopped["disabledReason"], stopped["version"]) == ("disabled", "manual", 2)
    test = next(action for action in stopped["allowedActions"] if action["action"] == "test")
    assert (test["allowed"], test["reason"]) == (False, "Enable the endpoint first")
    refused = await webhooks.client.post(f"{path}/test-deliveries", headers=webhooks.as_(ADMIN))
    assert refused.status_code == 409
    headers["If-Match"] = '"2"'
    started = (await webhooks.client.patch(path, json={"state": "enabled"}, headers=headers)).json()
    assert (started["state"], started["disabledReason"]) == ("enabled", None)


async def test_a_rotation_gives_another_secret_and_the_end_of_the_former(webhooks: ServiceUnderTest) -> None:
    made = await create(webhooks)
    path = f"{ENDPOINTS}/{made['id']}/secret-rotations"
    response = await webhooks.client.post(path, json={"overlapHours": 1}, headers=webhooks.as_(ADMIN))
    assert response.status_code == 201
    assert response.json()["secret"] not in ("", made["secret"])
    async with webhooks.database.transaction(webhooks.tenant) as session:
        assert await session.scalar(text("SELECT count(*) FROM endpoint_secret WHERE expires_at IS NULL")) == 1


@pytest.mark.parametrize("role", ["project_leader@*", "auditor@*", "participant@*", "platform_admin@*"])
async def test_only_administrators_name_urls(webhooks: ServiceUnderTest, role: str) -> None:
    response = await webhooks.client.post(ENDPOINTS, json=BODY, headers=webhooks.as_(role))
    assert response.status_code == 403
    reads = await webhooks.client.get(ENDPOINTS, headers=webhooks.as_(role))
    assert reads.status_code == (200 if role in ("project_leader@*", "auditor@*") else 403)


async def test_a_token_without_the_scope_is_refused(webhooks: ServiceUnderTest) -> None:
    headers = webhooks.as_(ADMIN, scopes=["endpoints:read"])
    assert (await webhooks.client.post(ENDPOINTS, json=BODY, headers=headers)).status_code == 403
    assert (await webhooks.client.post(ENDPOINTS, json=BODY)).status_code == 401


async def test_another_tenants_endpoint_does_not_exist(webhooks: ServiceUnderTest) -> None:
    made = await create(webhooks)
    stranger = webhooks.as_(ADMIN, tenant=new_id()) | {"If-Match": '"1"'}
    path = f"{ENDPOINTS}/{made['id']}"
    calls = [
        webhooks.client.get(path, headers=stranger),
        webhooks.client.patch(path, json={"state": "disabled"}, headers=stranger),
        webhooks.client.delete(path, headers=stranger),
        webhooks.client.post(f"{path}/secret-rotations", json={}, headers=stranger),
        webhooks.client.post(f"{path}/test-deliveries", headers=stranger),
    ]
    assert {(await call).status_code for call in calls} == {404}
    assert (await webhooks.client.get(ENDPOINTS, headers=stranger)).json()["items"] == []


async def test_the_list_comes_in_pages(webhooks: ServiceUnderTest) -> None:
    made = [(await create(webhooks))["id"] for _ in range(3)]
    first = (await webhooks.client.get(f"{ENDPOINTS}?limit=2", headers=webhooks.as_(ADMIN))).json()
    following = first["_links"]["next"]["href"].removeprefix("http://gateway.test")
    second = (await webhooks.client.get(following, headers=webhooks.as_(ADMIN))).json()
    found = [item["id"] for item in itertools.chain(first["items"], second["items"])]
    assert found == made
    assert second["_links"]["next"] is None


async def test_a_repeated_key_gives_the_same_endpoint(webhooks: ServiceUnderTest) -> None:
    headers = webhooks.as_(ADMIN, subject=new_id()) | {"Idempotency-Key": "once"}
    first = await webhooks.client.post(ENDPOINTS, json=BODY, headers=headers)
    again = await webhooks.client.post(ENDPOINTS, json=BODY, headers=headers)
    assert again.json()["id"] == first.json()["id"]
    assert again.json() == first.json()
    assert again.headers["cache-control"] == "no-store"
    other = await webhooks.client.post(ENDPOINTS, json=BODY | {"description": "x"}, headers=headers)
    assert other.status_code == 422
    async with webhooks.database.transaction(webhooks.tenant) as session:
        stored = await session.scalar(text("SELECT body FROM idempotency"))
    assert b"whsec_" not in bytes(stored)
