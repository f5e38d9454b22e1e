"""Whatever ends somebody's logins by order of the tenant ends them at once, and the applications are told."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy import text

from services.identity.account.service import AccountService, cut_off
from services.identity.alternative.models import AccountAlternative
from services.identity.alternative.service import AlternativeService
from services.identity.loginscope.service import LoginScopeService
from services.identity.logout.tasks import tell_evicted
from services.identity.membership.schemas import MembershipCreate
from services.identity.membership.service import MembershipService
from shared.auth import Role, Side
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.logout.scene import Scene, set_scene
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start

Ending = Callable[[Scene, UUID], Awaitable[None]]


@pytest.fixture
async def scene(identity: ServiceUnderTest) -> Scene:
    return await set_scene(identity)


async def close_account(scene: Scene, account_id: UUID) -> None:
    headers = scene.service.as_("tenant_admin@*") | {"If-Match": '"1"'}
    path = f"/identity/v1/accounts/{account_id}"
    response = await scene.service.client.patch(path, json={"state": "closed"}, headers=headers)
    assert response.status_code == 200, response.text


async def remove_scope(scene: Scene, _: UUID) -> None:
    async with scene.service.database.transaction(scene.tenant) as session:
        scopes = LoginScopeService(session)
        scope = await scopes.verify("x.example", "operator", "a test")
        assert await scopes.remove(scope.id, scope.version) == 2


async def remove_alternative(scene: Scene, account_id: UUID) -> None:
    way = AccountAlternative(
        tenant_id=scene.tenant,
        id=new_id(),
        account_id=account_id,
        provider_id=scene.provider.id,
        subject_hash=b"s" * 32,
        confirmed_by="holder",
        created_at=clock.now(),
    )
    async with scene.service.database.transaction(scene.tenant) as session:
        session.add(way)
    async with scene.service.database.transaction(scene.tenant) as session:
        await AlternativeService(session).remove(way.id)


async def remove_last_role(scene: Scene, account_id: UUID) -> None:
    async with scene.service.database.transaction(scene.tenant) as session:
        memberships = MembershipService(session)
        roles = [
            await memberships.grant(MembershipCreate(account_id=account_id, role=role, side=Side.customer))
            for role in (Role.auditor, Role.trainer)
        ]
        await memberships.remove(roles[0].id, 1)
        assert await scene.rows("SELECT id FROM sso_session WHERE is_untold") == []  # one role is left
        await memberships.remove(roles[1].id, 1)


@pytest.mark.parametrize("ending", [close_account, remove_scope, remove_alternative, remove_last_role])
async def test_the_tenant_ends_the_login_and_the_worker_tells_whoever_took_part(scene: Scene, ending: Ending) -> None:
    _, live = await scene.log_in("kim")
    _, other = await scene.log_in("robin")
    await scene.register("app", backchannel_logout_uri="https://app.example/logout")
    await scene.register("silent")
    for client in ("app", "silent"):
        await scene.take_part(live, client)
    await ending(scene, scene.accounts["kim"].id)
    assert not await scene.is_open(live)
    assert await scene.is_open(other) is (ending is not remove_scope)
    assert await scene.rows("SELECT DISTINCT kind FROM job") == [("logouts.tell",)]
    for _ in range(2):  # a job may run twice
        await tell_evicted(scene.settings)(Context(scene.service))
    told = await scene.rows("SELECT session_id, account_id, client_id, state FROM logout_delivery")
    assert told == [(live.id, scene.accounts["kim"].id, "app", "waiting")]
    assert await scene.rows("SELECT count(*) FROM job WHERE kind = 'logouts.deliver'") == [(1,)]


async def test_a_reopened_account_does_not_get_its_old_sessions_back(scene: Scene) -> None:
    _, live = await scene.log_in()
    account = scene.accounts["kim"]
    await close_account(scene, account.id)
    headers = scene.service.as_("tenant_admin@*") | {"If-Match": '"2"'}
    path = f"/identity/v1/accounts/{account.id}"
    assert (await scene.service.client.patch(path, json={"state": "open"}, headers=headers)).status_code == 200
    assert not await scene.is_open(live)


async def test_another_tenants_sessions_are_neither_ended_nor_told(scene: Scene) -> None:
    _, live = await scene.log_in()
    async with scene.service.database.transaction(new_id()) as session:
        await AccountService(session).log_out_without_roles([scene.accounts["kim"].id])
    assert await scene.is_open(live)
    assert await tell_evicted(scene.settings)(Context(scene.service)) == {"sessions": 0}


async def test_many_accounts_are_cut_off_by_few_events(committed_service: Start) -> None:
    scene = await set_scene(await committed_service("identity"))
    accounts = [new_id() for _ in range(501)]
    async with scene.service.database.transaction(scene.tenant) as session:
        await cut_off(session, *accounts)
    assert await scene.rows("SELECT count(*) FROM access_cutoff") == [(501,)]
    async with scene.service.relay.transaction(None) as session:
        told = (
            "SELECT jsonb_array_length(data->'accountIds') FROM outbox WHERE type = 'identity.bulk_access.revoked.v1'"
        )
        assert list((await session.execute(text(f"{told} ORDER BY 1"))).scalars()) == [1, 500]
