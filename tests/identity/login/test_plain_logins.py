"""The ordinary login, in statements of its own, leaves what the session leaves: the same rows and the same tokens."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.identity.authorization.arrival import use_login
from services.identity.client.directory import ClientDirectory
from services.identity.token.redemption import redeem
from services.identity.token.service import Granted, Holder, Lifetimes, Redirect, TokenService
from shared.kit.handle import Handle, digest_of
from tests.identity.saml_login.forging import depart
from tests.identity.world import Pkce, World

SCOPE = "openid accounts:read"
LIFETIMES = Lifetimes(idle=timedelta(hours=1), longest=timedelta(hours=8))
# What no two logins share.
OWN = {"id", "at", "auth_time", "created_at", "expires_at", "used_at", "ended_at", "end_reason", "family_id"} | {
    *("secret_hash", "code_hash", "code_challenge", "token_hash", "session_id", "told_session_id"),
    *("upstream_subject_sealed", "upstream_session"),
}


async def newest(world: World, table: str, number: int = 2) -> list[dict[str, Any]]:
    """What the last rows of soderby's table have in common with each other; which of the rest is set."""
    query = text(f"SELECT to_jsonb(t) FROM {table} t ORDER BY t.id DESC LIMIT {number}")
    async with world.database.transaction(UUID(world.tenant("soderby"))) as session:
        rows = list((await session.execute(query)).scalars())
    return [{name: value if name not in OWN else value is None for name, value in row.items()} for row in rows]


async def test_both_ways_leave_the_same_session_log_entry_and_code(world: World) -> None:
    """The second login has a session to replace, which is the session's way."""
    async with world.browser() as browser:
        for prompt in ("", "login"):
            assert "code" in await browser.code_for("admin-soderby", "soderby", SCOPE, prompt=prompt)
        for table in ("login_log", "authorization_code"):
            plain, other = await newest(world, table)
            assert plain == other, table
        other, plain = await newest(world, "sso_session")
        assert plain.pop("ended_at") != other.pop("ended_at")
        assert plain.pop("end_reason") != other.pop("end_reason")
        assert {**plain, "is_untold": None} == {**other, "is_untold": None}


async def test_both_ways_make_the_same_tokens_of_a_code(world: World) -> None:
    client = await ClientDirectory(world.database, None).find("demo-app")
    assert client is not None
    holder, granted = Holder(client, None), []
    for is_plain in (True, False):
        pkce = Pkce()
        async with world.browser() as browser:
            answer = await browser.code_for("admin-soderby", "soderby", f"{SCOPE} offline_access", pkce)
        code, redirect = Handle.parse(answer["code"]), Redirect(world.redirect_uri, pkce.verifier)
        assert code is not None
        if is_plain:
            outcome = await redeem(world.database, code, holder, redirect, LIFETIMES)
        else:
            async with world.database.transaction(code.tenant) as session:
                outcome = await TokenService(session, LIFETIMES).redeem_code(code, holder, redirect)
        assert isinstance(outcome, Granted)
        assert outcome.refresh_token is not None
        granted.append(outcome.grant)
        assert await redeem(world.database, code, holder, redirect, LIFETIMES) is None, "it was used up"
    plain, other = granted
    assert replace(plain, session_id=other.session_id, auth_time=other.auth_time) == other
    for table in ("refresh_family", "refresh_token", "session_client"):
        one, two = await newest(world, table)
        assert one == two, table


async def test_of_many_answers_at_the_same_time_one_ends_the_login(world: World) -> None:
    tenant = UUID(world.tenant("soderby"))
    async with world.browser() as browser:
        underway = await depart(browser)
        state = Handle.parse(underway.wish.relay_state)
        secret = browser.client.cookies["startklar-login"]
    assert state is not None
    used = [use_login(world.database, tenant, state.digest, digest_of(secret)) for _ in range(8)]
    assert sum(one is not None for one in await asyncio.gather(*used)) == 1
    elsewhere = await use_login(world.database, UUID(world.tenant("norrvik")), state.digest, digest_of(secret))
    assert elsewhere is None
