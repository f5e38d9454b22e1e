"""An OpenID provider tells of a logout: what it names ends, and nobody else can say it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.identity.upstream.logout_token import EVENT
from shared.kit.ids import new_id
from tests.identity.logout.scene import Scene, set_scene
from tests.identity.upstream.op import Provider, new_key, running_provider
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def op() -> AsyncIterator[Provider]:
    async with running_provider() as provider:
        yield provider


@pytest.fixture
async def scene(identity: ServiceUnderTest, op: Provider) -> Scene:
    return await set_scene(identity, op.issuer)


def notice(op: Provider, **changes: Any) -> str:
    claims = {"jti": str(new_id()), "events": {EVENT: {}}, "sid": "s1", "sub": "sub-kim"}
    return op.token(**claims | changes)


async def tell(scene: Scene, token: str, tenant: Any = None) -> httpx.Response:
    path = f"/oidc/{tenant or scene.tenant}/backchannel-logout"
    return await scene.service.client.post(path, data={"logout_token": token})


async def test_what_the_provider_names_ends_and_nothing_else(scene: Scene, op: Provider) -> None:
    _, named = await scene.log_in()
    _, same_person = await scene.log_in(sid="s2")
    _, other = await scene.log_in("robin", "s3")
    answer = await tell(scene, notice(op))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    opened = [await scene.is_open(one) for one in (named, same_person, other)]
    assert opened == [False, True, True]
    await tell(scene, notice(op, sid=None))
    assert not await scene.is_open(same_person)
    assert await scene.is_open(other)
    assert (await tell(scene, notice(op))).status_code == 200


async def test_a_session_and_a_person_that_do_not_belong_together_end_nothing(scene: Scene, op: Provider) -> None:
    _, live = await scene.log_in()
    assert (await tell(scene, notice(op, sub="sub-robin"))).status_code == 200
    assert await scene.is_open(live)


async def test_a_token_is_heard_once(scene: Scene, op: Provider) -> None:
    token = notice(op)
    assert (await tell(scene, token)).status_code == 200
    _, later = await scene.log_in()
    assert (await tell(scene, token)).status_code == 400
    assert await scene.is_open(later)


async def test_forged_and_misdirected_tokens_end_nothing(scene: Scene, op: Provider) -> None:
    _, live = await scene.log_in()
    honest = op.keys[0]
    for token in (
        notice(op, iss="https://evil.example"),
        notice(op, aud="another-client"),
        notice(op, nonce="n"),
        notice(op, events={}),
        op.token(nonce="the-nonce", sid="s1"),
        "nonsense",
        "a.b.c",
        "",
    ):
        assert (await tell(scene, token)).status_code == 400, token
    op.signer = new_key()
    assert (await tell(scene, notice(op))).status_code == 400
    op.signer = None
    op.keys = [honest]
    assert (await tell(scene, notice(op), tenant=new_id())).status_code == 400
    assert await scene.is_open(live)


async def test_a_stranger_s_token_makes_us_call_nobody(scene: Scene, op: Provider) -> None:
    for claims in ({"iss": "https://evil.example"}, {"aud": "another-client"}):
        await tell(scene, notice(op, **claims))
    assert not op.asked


async def test_a_front_channel_logout_must_name_provider_and_session(scene: Scene, op: Provider) -> None:
    _, live = await scene.log_in()
    path = f"/oidc/{scene.tenant}/frontchannel-logout"
    for query in ({"iss": op.issuer}, {"sid": "s1"}, {}):
        assert (await scene.service.client.get(path, params=query)).status_code == 400
    for query in ({"iss": op.issuer, "sid": "s9"}, {"iss": "https://evil.example", "sid": "s1"}):
        assert (await scene.service.client.get(path, params=query)).status_code == 200
    elsewhere = path.replace(str(scene.tenant), str(new_id()))
    await scene.service.client.get(elsewhere, params={"iss": op.issuer, "sid": "s1"})
    assert await scene.is_open(live)
    async with scene.service.database.transaction(scene.tenant) as session:
        left = (await session.execute(text("SELECT count(*) FROM logout"))).scalar_one()
    assert left == 0  # anybody may ask, as often as they like
    answer = await scene.service.client.get(path, params={"iss": op.issuer, "sid": "s1"})
    assert f"frame-ancestors {op.issuer}" in answer.headers["content-security-policy"]
    assert not await scene.is_open(live)
