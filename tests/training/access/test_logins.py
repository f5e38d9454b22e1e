"""A login through us at the platform's application shows that somebody reaches it, and never against the platform."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from services.identity.account.models import Account
from services.identity.client.naming import client_id_for
from services.identity.roster.models import Duty
from services.identity.session.models import SessionClient, SsoSession
from services.training.access.service import AccessService
from services.training.access.tasks import follow_logins
from services.training.forgetting import on_person_protected
from shared.contracts.base import EventEnvelope
from shared.contracts.identity_access import ClientLogin, parse_logins_page
from shared.contracts.sync import PersonProtected
from shared.contracts.sync_access import AccountSeen, PlatformSeen
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue.changes import ChangeFeed
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start
from tests.support.training import LEADER
from tests.training.signal.facts import held, key_persons, see, signal

ROLE = "key_person"
STRONG = "urn:startklar:loa:strong"
URL = "/training/v1/access-policy"


class IdentityTokens:
    """Tokens of our services, by identity's own mint."""

    def __init__(self, identity: ServiceUnderTest) -> None:
        self._identity = identity

    async def token(self, service: str, tenant: UUID | None = None) -> str:
        return self._identity.mint.service_token(service, ["changes:read"], tenant)


async def name_platform(training: ServiceUnderTest, client_id: str | None, **who: Any) -> httpx.Response:
    headers = training.as_(LEADER, acr=STRONG, **who)
    version = (await training.client.get(URL, headers=training.as_(LEADER))).headers["etag"]
    return await training.client.put(URL, json={"clientId": client_id}, headers=headers | {"If-Match": version})


async def log_in(identity: ServiceUnderTest, client_id: str, people: dict[UUID, dict[str, Any]]) -> None:
    """Accounts with a session of now, in which they went to the application; `tenant`: in which tenant's name."""
    tenant, now = identity.tenant, clock.now()
    async with identity.database.transaction(tenant) as session:
        for person, more in people.items():
            account, sso = new_id(), new_id()
            facts: dict[str, Any] = {"display_name": "Test", "is_protected": more.get("protected", False)}
            state = more.get("state", "open")
            session.add(Account(tenant_id=tenant, id=account, person_id=person, state=state, **facts))
            if more.get("works", True):
                duty: dict[str, Any] = {"person_id": person, "unit_id": new_id(), "role": "teacher"}
                session.add(Duty(tenant_id=tenant, id=new_id(), **duty))
            await session.flush()
            when: dict[str, Any] = {"created_at": now, "expires_at": now + timedelta(hours=8)}
            proof: dict[str, Any] = {"provider_id": new_id(), "acr": STRONG, "auth_time": now, "secret_hash": sso.bytes}
            session.add(SsoSession(tenant_id=tenant, id=sso, account_id=account, **when, **proof))
            await session.flush()
            part: dict[str, Any] = {
                "client_id": client_id,
                "token_tenant_id": more.get("tenant", tenant),
                "told_session_id": sso,
            }
            part |= {"session_id": sso, "told_session_id": sso, "created_at": now}
            session.add(SessionClient(tenant_id=tenant, id=new_id(), **part))


async def test_logins_are_read_from_identity_and_shown_with_their_source(
    service: Start, training: ServiceUnderTest
) -> None:
    identity = replace(await service("identity"), tenant=training.tenant)
    school = await key_persons(training, 5)
    client_id = client_id_for(training.tenant, new_id())
    first, closed, secret, guest, elsewhere = school["people"]
    await held(training, school["course"], dict.fromkeys(school["people"], "attended"))
    feed = ChangeFeed({"identity": "http://identity.test"}, IdentityTokens(identity), httpx.ASGITransport(identity.app))
    people: dict[UUID, dict[str, Any]] = {
        first: {}, closed: {"state": "closed"}, secret: {"protected": True}, guest: {"works": False},
        elsewhere: {"tenant": new_id()},
    }  # fmt: skip
    await log_in(identity, client_id, people)
    await log_in(identity, "startklar-web", {new_id(): {}})

    async def followed(tenants: int = 1) -> dict[str, int]:
        assert (await follow_logins(feed)(Context(training)) or {})["tenants"] == tenants, "only who has named theirs"
        with clock.frozen(clock.now() + timedelta(hours=26)):
            return await signal(training, "access", ROLE)

    assert await followed(0) == {"trained": 5, "unknown": 5}, "nobody has said which application is the platform"
    assert (await name_platform(training, client_id, side="supplier")).status_code == 403
    assert (await name_platform(training, "startklar-web")).status_code == 422
    assert (await name_platform(training, client_id)).status_code == 200
    assert await followed() == {"trained": 5, "granted": 1, "granted_here": 1, "unknown": 4}
    url = f"/training/v1/access-states?state=granted&unitId={school['unit']}"
    [row] = (await training.client.get(url, headers=training.as_(LEADER, acr=STRONG))).json()["items"]
    shown = (row["personId"], row["source"], row["lastLoginOn"])
    assert shown == (str(first), "login_here", clock.today().isoformat())
    assert row["observedAt"]

    async with training.database.transaction(training.tenant) as session:
        policy = await AccessService(session).policy()
        assert abs(policy.read_until - clock.now().timestamp()) < 60, "the next run reads what is new"
    body = await _page(identity, client_id, int(clock.now().timestamp()) + 3600)
    assert parse_logins_page(body.content)[0] == []
    assert (await _page(identity, "startklar-web", 0)).status_code == 404, "no application of the tenant's"
    assert (await _page(identity, client_id, 0, cursor="x")).status_code == 400
    await _nothing_is_kept_of_the_protected(training, first, client_id)


async def _nothing_is_kept_of_the_protected(training: ServiceUnderTest, first: UUID, client_id: str) -> None:
    """Protected, and then without a platform."""
    async with training.database.transaction(training.tenant) as session:
        event = PersonProtected(person_id=first, version=1)
        await on_person_protected(session, _envelope(training, event), event)
    assert await signal(training, "access", ROLE) == {"trained": 5, "pending": 5}, "protected: nothing is kept"
    await name_platform(training, None)
    async with training.database.transaction(training.tenant) as session:
        assert not await AccessService(session).log_in(client_id, [], 0), "a page of the former platform is not kept"


async def _page(identity: ServiceUnderTest, client_id: str, after: int, **more: str) -> httpx.Response:
    token = identity.mint.service_token("identity", ["changes:read"], identity.tenant)
    url, headers = f"/internal/client-logins/{client_id}", {"Authorization": f"Bearer {token}"}
    return await identity.client.get(url, params={"after": after, **more}, headers=headers)


def _envelope(training: ServiceUnderTest, event: PersonProtected) -> EventEnvelope:
    return EventEnvelope(
        id=new_id(), type=event.type, version=1, source="sync", tenant=training.tenant, subject=event.subject,
        occurred_at=datetime.now(UTC), position=1, data=event.model_dump(mode="json"),
    )  # fmt: skip


WHOLE, SILENT = {"is_whole": True, "tells_login": True}, {"is_whole": False, "tells_login": False}


# Days after the session of a login here and of a look at the platform, what that shows, and what comes of them.
CASES: list[tuple[int | None, dict[str, Any] | None, int | None, dict[str, bool], str]] = [
    (0, None, None, {}, "granted"),
    (-13, None, None, {}, "granted"),
    (-20, None, None, {}, "unknown"),
    (0, None, 1, SILENT, "granted"),
    (0, {"is_active": True}, 1, SILENT, "granted"),
    (0, None, 1, WHOLE, "missing"),
    (0, {"is_active": False}, 1, WHOLE, "missing"),
    (0, {"is_active": True}, 1, WHOLE, "missing"),
    (2, {"is_active": True}, 1, WHOLE, "granted"),
    (2, None, 1, WHOLE, "missing"),
    (None, {"is_active": True}, 1, WHOLE, "missing"),
]


async def test_a_login_here_stands_in_where_the_platform_tells_nothing_else(training: ServiceUnderTest) -> None:
    school = await key_persons(training, 1)
    [person] = school["people"]
    await held(training, school["course"], {person: "attended"})
    ended = clock.now()
    for login, account, look, sight, state in CASES:
        await name_platform(training, None)
        async with training.database.transaction(training.tenant) as session:
            await AccessService(session).take_in([], PlatformSeen())
        if look is not None:
            rows = [AccountSeen(person_id=person, **account)] if account else []
            await see(training, rows, ended + timedelta(days=look), **sight)
        if login is not None:
            client_id = client_id_for(training.tenant, new_id())
            await name_platform(training, client_id)
            seen = ClientLogin(person_id=person, last_login_on=ended.date() + timedelta(days=login))
            async with training.database.transaction(training.tenant) as session:
                assert await AccessService(session).log_in(client_id, [seen], 1)
        with clock.frozen(ended + timedelta(days=3)):
            told = await signal(training, "access", ROLE)
        here = {"granted_here": 1} if state == "granted" else {}
        assert told == {"trained": 1, state: 1} | here, (login, account, look, sight)
