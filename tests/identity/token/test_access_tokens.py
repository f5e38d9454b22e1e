"""What the tokens open, what is told of them, and what no token opens."""

import base64
from uuid import UUID

import httpx
from sqlalchemy import text

from shared.auth.jwks import StaticKeys
from shared.auth.jws import SigningKey
from shared.auth.principal import API_AUDIENCE
from shared.auth.verifier import TokenVerifier
from shared.kit.ids import new_id
from tests.identity.token.requests import OFFLINE, assertion_form, basic, post
from tests.identity.token.test_exchange import exchange
from tests.identity.world import World, bearer, claims_of


async def test_a_token_is_described_to_services_and_to_its_own_client_alone(world: World) -> None:
    tokens = await world.log_in("rektor", scope=OFFLINE)
    form = assertion_form(world) | {"token": tokens["access_token"]}
    seen = (await post(world, "/oauth2/introspect", form)).json()
    assert (seen["active"], seen["client_id"], seen["tenant"]) == (True, "demo-app", world.tenant("norrvik"))
    refresh_form = assertion_form(world) | {"token": tokens["refresh_token"]}
    assert (await post(world, "/oauth2/introspect", refresh_form)).json()["token_type"] == "refresh_token"
    stranger = await post(world, "/oauth2/introspect", {"token": tokens["access_token"]}, basic(*world.script))
    assert stranger.json() == {"active": False}
    public = await post(world, "/oauth2/introspect", {"token": "x", "client_id": "demo-app"})
    assert public.status_code == 401


async def test_a_token_that_is_no_good_is_only_not_active(world: World) -> None:
    for token in ("", "invented", "a.b.c", "A" * 64, SigningKey.generate().sign({"sub": "x"}, "at+jwt")):
        form = assertion_form(world) | {"token": token}
        response = await post(world, "/oauth2/introspect", form)
        assert response.json() == {"active": False} or (token == "" and response.status_code == 400)


async def test_a_token_for_one_tenant_opens_nothing_of_another(world: World) -> None:
    norrvik = bearer((await world.log_in("admin"))["access_token"])
    soderby = bearer((await world.log_in("admin-soderby", tenant="soderby"))["access_token"])
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        accounts = (await client.get("/identity/v1/accounts", headers=norrvik)).json()["items"]
        for account in accounts:
            response = await client.get(f"/identity/v1/accounts/{account['id']}", headers=soderby)
            assert response.status_code == 404
        seen = await client.get("/identity/v1/accounts", headers=soderby)
    assert accounts
    assert all(account["id"] not in seen.text for account in accounts)


async def test_tokens_that_are_expired_foreign_or_unsigned_open_nothing(world: World) -> None:
    good = (await world.log_in("admin"))["access_token"]
    claims, stranger = claims_of(good), SigningKey.generate()
    header, payload, _ = good.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    tokens = [
        stranger.sign(claims, "at+jwt"),
        SigningKey(stranger._private, kid=(await signing_kids(world))[0]).sign(claims, "at+jwt"),
        f"{unsigned}.{payload}.",
        f"{header}.{payload}.",
        good[:-3] + ("AAA" if not good.endswith("AAA") else "BBB"),
    ]
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        for token in tokens:
            response = await client.get("/identity/v1/me", headers=bearer(token))
            assert response.status_code == 401
            assert response.headers["content-type"] == "application/problem+json"
        assert (await client.get("/identity/v1/me", headers=bearer(good))).status_code == 200


async def signing_kids(world: World) -> list[str]:
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        return [key["kid"] for key in (await client.get("/oauth2/jwks")).json()["keys"]]


async def test_an_id_token_is_no_access_token(world: World) -> None:
    tokens = await world.log_in("admin")
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        assert (await client.get("/identity/v1/me", headers=bearer(tokens["id_token"]))).status_code == 401


async def test_userinfo_gives_the_name_only_to_clients_that_may_have_it(world: World) -> None:
    with_profile = await world.log_in("rektor", scope="openid profile")
    without = await world.log_in("rektor", scope="openid")
    neither = await world.log_in("rektor", scope="accounts:read")
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        named = await client.get("/oauth2/userinfo", headers=bearer(with_profile["access_token"]))
        unnamed = await client.get("/oauth2/userinfo", headers=bearer(without["access_token"]))
        refused = await client.get("/oauth2/userinfo", headers=bearer(neither["access_token"]))
    login = ("sub", "acr", "amr", "auth_time")
    for tokens, told, more in ((with_profile, named, {"name": "Runa Rektor"}), (without, unnamed, {})):
        claims = claims_of(tokens["access_token"])
        assert told.json() == {name: claims[name] for name in login} | more
    assert refused.status_code == 403


async def test_a_token_says_whom_the_roster_knows_its_holder_as_however_it_came_about(world: World) -> None:
    """People act on their own seats by it. Who is no roster's person, or a guest's from another tenant, is nobody."""
    assert "person" not in claims_of((await world.log_in("rektor"))["access_token"])
    person, norrvik = new_id(), UUID(world.tenant("norrvik"))
    async with world.database.transaction(norrvik) as session:
        named = text("UPDATE account SET person_id = :person WHERE login_name LIKE 'rektor@%'")
        await session.execute(named, {"person": person})
    tokens = await world.log_in("rektor", scope=OFFLINE)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "demo-app"}
    renewed = (await post(world, "/oauth2/token", form)).json()
    passed_on = (await exchange(world, renewed["access_token"])).json()
    for token in (tokens["access_token"], renewed["access_token"], passed_on["access_token"]):
        assert claims_of(token)["person"] == str(person)
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        keys = StaticKeys((await client.get("/oauth2/jwks")).json())
    verifier = TokenVerifier(keys, issuer=world.issuer, audiences=[API_AUDIENCE])
    assert (await verifier.verify(tokens["access_token"])).person == person
