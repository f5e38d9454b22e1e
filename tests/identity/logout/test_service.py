"""A session ends everywhere: here, in our services, at the applications, and the worker says honestly how it went."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from fastapi import FastAPI, Request, Response
from sqlalchemy import text

from services.identity.key.ring import KeyRing
from services.identity.logout.service import ATTEMPTS, Ending, LogoutService
from services.identity.logout.tasks import deliver_logout
from services.identity.session.service import LiveSession, SessionService
from services.identity.upstream.logout_token import EVENT
from shared.auth.jws import read_claims, read_header
from shared.kit.ids import new_id
from shared.kit.problems import Unavailable
from tests.identity.logout.scene import Scene, set_scene
from tests.identity.world import listening, serving
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start


class Attempt(Context):
    """One run of the delivery job."""

    def __init__(self, service: ServiceUnderTest, number: int, **params: str) -> None:
        super().__init__(service, **params)
        self._number = number

    @property
    def attempt(self) -> int:
        return self._number


@pytest.fixture
async def scene(identity: ServiceUnderTest) -> Scene:
    return await set_scene(identity)


async def end(scene: Scene, *lives: LiveSession) -> Ending:
    async with scene.service.database.transaction(scene.tenant) as session:
        rows = [await SessionService(session).get(live.id) for live in lives]
        return await LogoutService(session, scene.issuer).end(rows, "administrator")


@asynccontextmanager
async def application(statuses: deque[int]) -> AsyncIterator[tuple[str, list[str]]]:
    """An application on a socket that answers with these statuses, and the logout tokens that it got."""
    app, got = FastAPI(), []

    @app.post("/logout")
    async def logout(request: Request) -> Response:
        got.append(parse_qs((await request.body()).decode())["logout_token"][0])
        return Response(status_code=statuses.popleft())

    sock, url = listening()
    async with serving(app, sock):
        yield f"{url}/logout", got


async def deliver(scene: Scene, number: int = 1) -> None:
    ((delivery,),) = await scene.rows("SELECT id FROM logout_delivery")
    await deliver_logout(scene.settings)(Attempt(scene.service, number, delivery_id=str(delivery)))


async def test_an_ended_session_is_over_with_its_tokens_in_every_tenant_and_others_go_on(scene: Scene) -> None:
    elsewhere = new_id()
    _, live = await scene.log_in()
    _, other = await scene.log_in()
    await scene.register("app", backchannel_logout_uri="https://app.example/logout")
    await scene.take_part(live, "app")
    await scene.take_part(live, "app", elsewhere)
    ending = await end(scene, live)
    assert (ending.ended, ending.told) == (1, 1)
    assert not await scene.is_open(live)
    assert await scene.is_open(other)
    for tenant in (scene.tenant, elsewhere):
        assert await scene.rows("SELECT account_id FROM access_cutoff", tenant) == [(live.id,)]
    ((action, reason),) = await scene.rows("SELECT action, reason FROM journal_entry WHERE action = 'session.ended'")
    assert (action, reason) == ("session.ended", "administrator")
    again = await end(scene, live)
    assert (again.ended, again.told) == (0, 0)


async def test_an_application_is_told_by_a_token_that_it_can_verify(scene: Scene) -> None:
    async with application(deque([200])) as (url, got):
        _, live = await scene.log_in()
        await scene.register("app", backchannel_logout_uri=url)
        await scene.register("silent")
        for client in ("app", "silent"):
            await scene.take_part(live, client)
        await end(scene, live)
        await deliver(scene)
        await deliver(scene)
    (token,) = got
    ring: KeyRing = scene.service.app.state.runtime.resources[KeyRing]
    key = await ring.key(read_header(token, "logout+jwt")["kid"])
    assert key is not None
    claims = read_claims(token, key)
    assert claims["events"] == {EVENT: {}}
    assert (claims["iss"], claims["aud"], claims["sid"]) == (scene.issuer, "app", str(live.id))
    assert claims["sub"] == str(live.account_id)
    assert "nonce" not in claims
    assert claims["exp"] - claims["iat"] <= 120
    assert await scene.rows("SELECT state, fault FROM logout_delivery") == [("delivered", None)]


async def test_an_application_that_is_away_is_told_again_and_in_the_end_its_silence_is_known(scene: Scene) -> None:
    async with application(deque([503] * ATTEMPTS)) as (url, got):
        _, live = await scene.log_in()
        await scene.register("app", backchannel_logout_uri=url)
        await scene.take_part(live, "app")
        await end(scene, live)
        for number in range(1, ATTEMPTS):
            with pytest.raises(Unavailable):
                await deliver(scene, number)
            assert await scene.rows("SELECT state, attempts FROM logout_delivery") == [("waiting", number)]
        await deliver(scene, ATTEMPTS)
    assert len(set(got)) == ATTEMPTS
    assert await scene.rows("SELECT state, fault FROM logout_delivery") == [("failed", "http_503")]


async def test_an_application_that_refuses_the_token_is_not_asked_again(committed_service: Start) -> None:
    scene = await set_scene(await committed_service("identity"))
    async with application(deque([400])) as (url, _):
        _, live = await scene.log_in()
        await scene.register("app", backchannel_logout_uri=url)
        await scene.take_part(live, "app")
        await end(scene, live)
        await deliver(scene)
    assert await scene.rows("SELECT state, fault FROM logout_delivery") == [("failed", "http_400")]
    async with scene.service.relay.transaction(None) as session:
        events = (await session.execute(text("SELECT type FROM outbox"))).scalars().all()
    assert {"identity.session.ended.v1", "identity.access.revoked.v1", "identity.logout.undelivered.v1"} <= set(events)


async def test_a_stronger_login_ends_the_session_before_and_takes_its_applications_along(scene: Scene) -> None:
    old_cookie, old = await scene.log_in()
    _, new = await scene.log_in()
    await scene.register("app", backchannel_logout_uri="https://app.example/logout")
    await scene.take_part(old, "app")
    async with scene.service.database.transaction(scene.tenant) as session:
        sessions = SessionService(session)
        await sessions.succeed(old.id, new)
        assert await sessions.find(old_cookie) is None
    await end(scene, new)
    told: list[tuple[UUID, str]] = await scene.rows("SELECT session_id, client_id FROM logout_delivery")
    assert told == [(old.id, "app")]
    assert (old.id,) in await scene.rows("SELECT account_id FROM access_cutoff")


async def test_another_persons_login_in_the_same_browser_takes_nothing_along(scene: Scene) -> None:
    _, old = await scene.log_in("kim")
    _, new = await scene.log_in("robin", "s2")
    await scene.take_part(old, "app")
    async with scene.service.database.transaction(scene.tenant) as session:
        await SessionService(session).succeed(old.id, new)
        assert await SessionService(session).clients([new.id]) == []
    assert not await scene.is_open(old)
