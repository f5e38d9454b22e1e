"""Tokens that are bound to a key: at our token endpoint, at our API, and in the hands of a thief."""

import asyncio
from typing import Any

import httpx

from shared.auth.testing import ProofKey
from tests.identity.apps import register_app
from tests.identity.token.requests import OFFLINE, assertion_form, post
from tests.identity.world import Pkce, World, bearer, claims_of


async def bound_login(world: World, key: ProofKey, **asked: str) -> dict[str, Any]:
    """Tokens of a login whose code was redeemed with a proof."""
    pkce = Pkce()
    async with world.browser() as browser:
        code = (await browser.code_for("rektor", scope=OFFLINE, pkce=pkce, **asked))["code"]
    tokens: dict[str, Any] = (await redeem(world, code, pkce, key, **asked)).json()
    return tokens


async def redeem(world: World, code: str, pkce: Pkce, key: ProofKey | None, **more: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": "demo-app",
        "code": code,
        "redirect_uri": world.redirect_uri,
        "code_verifier": pkce.verifier,
    }
    return await post(world, "/oauth2/token", form | more, proof(world, key) if key else None)


def proof(world: World, key: ProofKey, path: str = "/oauth2/token", **claims: Any) -> dict[str, str]:
    return {"DPoP": key.proof("POST", f"{world.issuer}{path}", **claims)}


async def test_a_code_redeemed_with_a_proof_gives_tokens_of_that_key(world: World) -> None:
    key = ProofKey()
    tokens = await bound_login(world, key)
    assert tokens["token_type"] == "DPoP"
    assert claims_of(tokens["access_token"])["cnf"] == {"jkt": key.thumbprint}
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        me = f"{world.issuer}/identity/v1/me"
        own = await client.get("/identity/v1/me", headers=key.headers("GET", me, tokens["access_token"]))
        as_bearer = await client.get("/identity/v1/me", headers=bearer(tokens["access_token"]))
        stolen = await client.get("/identity/v1/me", headers=ProofKey().headers("GET", me, tokens["access_token"]))
    assert [one.status_code for one in (own, as_bearer, stolen)] == [200, 401, 401]


async def test_a_public_clients_refresh_token_is_bound_and_survives_a_thief(world: World) -> None:
    key = ProofKey()
    tokens = await bound_login(world, key)
    form = {"grant_type": "refresh_token", "client_id": "demo-app", "refresh_token": tokens["refresh_token"]}
    without = await post(world, "/oauth2/token", form)
    thief = await post(world, "/oauth2/token", form, proof(world, ProofKey()))
    assert [one.json()["error"] for one in (without, thief)] == ["invalid_grant"] * 2
    own = await post(world, "/oauth2/token", form, proof(world, key))
    assert claims_of(own.json()["access_token"])["cnf"] == {"jkt": key.thumbprint}


async def test_a_proof_counts_once_and_for_this_address_alone(world: World) -> None:
    key = ProofKey()
    one = proof(world, key)
    forms = [assertion_form(world) for _ in range(4)]
    answers = await asyncio.gather(*(post(world, "/oauth2/token", form, one) for form in forms))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    for headers in (proof(world, key, "/oauth2/par"), proof(world, key, htm="GET"), {"DPoP": "a.b.c"}):
        refused = await post(world, "/oauth2/token", assertion_form(world), headers)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_dpop_proof")


async def test_a_code_that_names_a_key_is_worthless_without_it(world: World) -> None:
    key, pkce, codes = ProofKey(), Pkce(), []
    for _ in range(3):  # a login of its own for each: a new one in the same browser ends the one before
        async with world.browser() as browser:
            codes.append((await browser.code_for("rektor", pkce=pkce, dpop_jkt=key.thumbprint))["code"])
    without = await redeem(world, codes[0], pkce, None)
    thief = await redeem(world, codes[1], pkce, ProofKey())
    own = await redeem(world, codes[2], pkce, key)
    told = [one.json().get("error_description", "") for one in (without, thief, own)]
    assert told == ["the code is bound to another key"] * 2 + [""]


async def test_a_client_that_must_prove_gets_nothing_without_a_proof(world: World) -> None:
    client_id = await register_app(world, "dpop-only", requires_dpop=True)
    pkce = Pkce()
    async with world.browser() as browser:
        code = (await browser.code_for("rektor", pkce=pkce, client_id=client_id))["code"]
    bare = await redeem(world, code, pkce, None, client_id=client_id)
    proved = await redeem(world, code, pkce, ProofKey(), client_id=client_id)
    assert (bare.json()["error"], proved.json()["token_type"]) == ("invalid_dpop_proof", "DPoP")
