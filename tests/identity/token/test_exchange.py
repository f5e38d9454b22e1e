"""A service acts for a person: at one callee, in one tenant, never in more or for longer than the person's token."""

from typing import Any

import httpx
import pytest

from services.identity.protocol.parameters import TOKEN_EXCHANGE
from services.identity.token.exchange import ACCESS_TOKEN
from shared.auth.jwks import StaticKeys
from shared.auth.jws import SigningKey
from shared.auth.principal import service_audience
from shared.auth.verifier import TokenVerifier
from tests.identity.token.requests import assertion_form, basic, post
from tests.identity.world import World, claims_of


async def exchange(world: World, token: str, **changes: str) -> Any:
    form = assertion_form(world) | {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": token,
        "subject_token_type": ACCESS_TOKEN,
        "audience": "urn:startklar:sync",
    }
    wanted = {name: value for name, value in (form | changes).items() if value}
    return await post(world, "/oauth2/token", wanted)


@pytest.fixture
async def person(world: World) -> str:
    return str((await world.log_in("rektor", scope="openid profile accounts:read memberships:read"))["access_token"])


async def test_the_new_token_is_the_persons_with_the_service_as_actor(world: World, person: str) -> None:
    answer = (await exchange(world, person, scope="accounts:read")).json()
    mine, theirs = claims_of(person), claims_of(answer["access_token"])
    assert (answer["issued_token_type"], answer["token_type"]) == (ACCESS_TOKEN, "Bearer")
    assert theirs["act"] == {"sub": "service-projects"}
    assert (theirs["aud"], theirs["scope"]) == ("urn:startklar:sync", "accounts:read")
    kept = ("sub", "tenant", "side", "roles", "acr", "auth_time", "iat", "exp")
    assert {name: theirs[name] for name in kept} == {name: mine[name] for name in kept}
    assert 0 < answer["expires_in"] <= mine["exp"] - mine["iat"]
    verifier = TokenVerifier(await _keys(world), issuer=world.issuer, audiences=[service_audience("sync")])
    principal = await verifier.verify(answer["access_token"])
    assert (principal.actor, str(principal.subject)) == ("service-projects", mine["sub"])


async def test_without_a_scope_it_is_what_the_person_may_but_the_clients_own(world: World, person: str) -> None:
    answer = (await exchange(world, person)).json()
    assert answer["scope"] == "accounts:read memberships:read"


async def test_every_escalation_is_refused(world: World, person: str) -> None:
    first = (await exchange(world, person)).json()["access_token"]
    script = (await post(world, "/oauth2/token", {"grant_type": "client_credentials"}, basic(*world.script))).json()
    forged = SigningKey.generate().sign(claims_of(person), "at+jwt")
    attempts: list[tuple[str, dict[str, str], str]] = [
        (person, {"scope": "accounts:write"}, "invalid_scope"),
        (person, {"scope": "openid"}, "invalid_scope"),
        (person, {"scope": "events:read"}, "invalid_scope"),
        (person, {"audience": "urn:startklar:api"}, "invalid_target"),
        (person, {"audience": "urn:elsewhere"}, "invalid_target"),
        (person, {"audience": ""}, "invalid_target"),
        (person, {"actor_token": person}, "invalid_request"),
        (person, {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "invalid_request"),
        (person, {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        (first, {}, "invalid_grant"),
        (script["access_token"], {}, "invalid_grant"),
        (forged, {}, "invalid_grant"),
        ("a.b.c", {}, "invalid_grant"),
        ("", {}, "invalid_request"),
    ]
    for token, changes, error in attempts:
        assert (await exchange(world, token, **changes)).json()["error"] == error, changes


async def test_scripts_and_apps_exchange_nothing(world: World, person: str) -> None:
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": person, "subject_token_type": ACCESS_TOKEN}
    script = await post(world, "/oauth2/token", form, basic(*world.script))
    app = await post(world, "/oauth2/token", form | {"client_id": "demo-app"})
    assert [one.json()["error"] for one in (script, app)] == ["unauthorized_client"] * 2


async def _keys(world: World) -> StaticKeys:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        return StaticKeys((await client.get("/oauth2/jwks")).json())
