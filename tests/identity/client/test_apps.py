"""Apps that a tenant registers for its people: what each kind may be, secrets in rotation, and their end."""

from datetime import timedelta
from typing import Any

import pytest

from services.identity.tenant.models import Tenant
from shared.auth.jws import SigningKey
from shared.kit import clock
from tests.identity.client.test_endpoints import ADMIN, ask, register
from tests.support.services import ServiceUnderTest

APP: dict[str, Any] = {
    "kind": "web",
    "name": "Lärplattformen",
    "scopes": ["openid", "profile", "projects:read", "offline_access"],
    "roles": [],
    "redirectUris": ["https://app.example/callback"],
    "postLogoutRedirectUris": ["https://app.example/"],
    "backchannelLogoutUri": "https://app.example/logout",
    "frontchannelLogoutUri": "https://app.example/signed-out",
    "requiresPar": True,
    "requiresDpop": True,
}


@pytest.fixture(autouse=True)
async def _tenant(identity: ServiceUnderTest) -> None:
    async with identity.database.transaction(None) as session:
        session.add(Tenant(id=identity.tenant, kind="authority", name="Norrviks kommun", slug="norrvik"))


async def test_an_app_shows_what_was_registered_and_a_web_app_has_a_secret(identity: ServiceUnderTest) -> None:
    web = await register(identity, **APP)
    assert {name: web[name] for name in APP} == APP
    assert (web["clientSecret"] is None, web["side"]) == (False, None)
    public = await register(identity, **APP | {"kind": "public", "redirectUris": ["com.example.app:/callback"]})
    keyed = await register(identity, **APP | {"publicKeys": [SigningKey.generate().public_jwk()]})
    published = await register(identity, **APP | {"jwksUri": "https://app.example/keys"})
    assert [one["clientSecret"] for one in (public, keyed, published)] == [None, None, None]


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"redirectUris": []}, ["#/redirectUris"]),
        ({"redirectUris": ["https://app.example/callback", "https://*.example"]}, ["#/redirectUris/1"]),
        ({"redirectUris": ["http://127.0.0.1/callback"]}, ["#/redirectUris/0"]),
        ({"backchannelLogoutUri": "http://app.example/logout"}, ["#/backchannelLogoutUri"]),
        ({"jwksUri": "http://169.254.169.254/keys"}, ["#/jwksUri"]),
        ({"roles": [{"role": "auditor"}]}, ["#/roles"]),
        ({"grantTypes": ["client_credentials"]}, ["#/grantTypes"]),
        ({"kind": "service"}, ["#/kind"]),
        ({"kind": "public", "publicKeys": [SigningKey.generate().public_jwk()]}, ["#/publicKeys"]),
        (
            {"kind": "script", "scopes": ["projects:read"], "requiresPar": False},
            [*(f"#/{name}" for name in APP if name.endswith(("Uri", "Uris"))), "#/roles"],
        ),
    ],
)  # fmt: skip
async def test_what_does_not_fit_the_kind_is_named(
    identity: ServiceUnderTest, change: dict[str, Any], pointers: list[str]
) -> None:
    problem = await register(identity, 422, **APP | change)
    assert [error["pointer"] for error in problem["errors"]] == pointers


async def test_both_secrets_are_good_while_a_rotation_is_under_way(identity: ServiceUnderTest) -> None:
    script = await register(identity)
    path = f"/identity/v1/clients/{script['id']}/secret-rotations"
    version = identity.as_(ADMIN) | {"If-Match": '"1"'}
    rotated = await identity.client.post(path, json={"overlapMinutes": 60}, headers=version)
    assert (rotated.status_code, rotated.headers["cache-control"]) == (200, "no-store")
    renewed = script | {"clientSecret": rotated.json()["clientSecret"]}
    assert [await ask(identity, one) for one in (script, renewed)] == [200, 200]
    with clock.frozen(clock.now() + timedelta(minutes=61)):
        assert [await ask(identity, one) for one in (script, renewed)] == [401, 200]
    second = await identity.client.post(path, json={}, headers=identity.as_(ADMIN) | {"If-Match": '"2"'})
    assert second.status_code == 200
    assert [await ask(identity, one) for one in (script, renewed)] == [401, 200]
    assert (await identity.client.post(path, json={}, headers=version)).status_code == 412
    keyed = await register(identity, publicKeys=[SigningKey.generate().public_jwk()])
    without = await identity.client.post(path.replace(script["id"], keyed["id"]), json={}, headers=version)
    assert without.status_code == 422


async def test_a_deleted_client_is_gone_and_a_changed_one_is_judged_anew(identity: ServiceUnderTest) -> None:
    script = await register(identity)
    path, version = f"/identity/v1/clients/{script['id']}", identity.as_(ADMIN) | {"If-Match": '"1"'}
    assert await ask(identity, script) == 200
    bad = await identity.client.patch(path, json={"redirectUris": ["https://app.example"]}, headers=version)
    null = await identity.client.patch(path, json={"name": None}, headers=version)
    assert (bad.status_code, null.status_code) == (422, 422)
    assert (await identity.client.delete(path, headers=version)).status_code == 204
    assert await ask(identity, script) == 401
    assert (await identity.client.get(path, headers=identity.as_(ADMIN))).status_code == 404
