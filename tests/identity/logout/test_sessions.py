"""People see and end their own sessions; administrators those of their tenant's accounts, nobody else's."""

from typing import Any

import pytest

from shared.auth import Acr, Scope
from shared.auth.cutoffs import CACHE_FOR
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.logout.scene import Scene, set_scene
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def scene(identity: ServiceUnderTest) -> Scene:
    return await set_scene(identity)


async def ask(scene: Scene, method: str, path: str, status: int = 200, **who: Any) -> Any:
    roles = who.pop("roles", ("tenant_admin@*",))
    headers = scene.service.as_(*roles, **{"acr": Acr.strong} | who)
    answer = await scene.service.client.request(method, f"/identity/v1{path}", headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_people_see_when_and_how_they_logged_in_and_from_where_is_not_kept(scene: Scene) -> None:
    _, live = await scene.log_in()
    await scene.log_in("robin", "s2")
    await scene.take_part(live, "app")
    (shown,) = (await ask(scene, "GET", "/me/sessions", subject=live.account_id, roles=("unit_head@*",)))["items"]
    assert (shown["id"], shown["acr"], shown["method"]) == (str(live.id), Acr.strong, "sso")
    assert (shown["isOpen"], shown["isCurrent"], shown["clients"]) == (True, False, ["app"])
    assert not {"ip", "userAgent", "address", "upstreamSession"} & shown.keys()


async def test_people_end_one_of_their_sessions_or_all_and_no_one_else_s(scene: Scene) -> None:
    _, first = await scene.log_in()
    _, second = await scene.log_in()
    _, other = await scene.log_in("robin", "s2")
    me: dict[str, Any] = {"subject": first.account_id, "roles": ("unit_head@*",)}
    await ask(scene, "POST", f"/me/sessions/{other.id}/logouts", 404, **me)
    ended = await ask(scene, "POST", f"/me/sessions/{first.id}/logouts", **me)
    assert ended == {"ended": 1, "told": 0}
    assert [await scene.is_open(one) for one in (first, second, other)] == [False, True, True]
    assert (await ask(scene, "POST", "/me/logouts", **me))["ended"] == 1
    assert [await scene.is_open(one) for one in (second, other)] == [False, True]
    shown = (await ask(scene, "GET", "/me/sessions", **me))["items"]
    assert {one["endReason"] for one in shown} == {"own_wish"}


async def test_an_administrator_ends_sessions_of_the_tenant_s_accounts(scene: Scene) -> None:
    _, first = await scene.log_in()
    _, second = await scene.log_in()
    shown = await ask(scene, "GET", f"/sessions?accountId={first.account_id}")
    assert len(shown["items"]) == 2
    assert (await ask(scene, "POST", f"/sessions/{first.id}/logouts"))["ended"] == 1
    assert (await ask(scene, "POST", f"/accounts/{first.account_id}/logouts"))["ended"] == 1
    assert not await scene.is_open(second)


async def test_others_neither_see_nor_end_them(scene: Scene) -> None:
    _, live = await scene.log_in()
    stranger: dict[str, Any] = {"tenant": new_id()}
    await ask(scene, "GET", f"/sessions?accountId={live.account_id}", 404, **stranger)
    await ask(scene, "POST", f"/sessions/{live.id}/logouts", 404, **stranger)
    await ask(scene, "POST", f"/sessions/{live.id}/logouts", 403, roles=("auditor@*",))
    await ask(scene, "POST", f"/sessions/{live.id}/logouts", 403, roles=("unit_head@*",))
    await ask(scene, "POST", f"/sessions/{live.id}/logouts", 401, acr=Acr.basic)
    await ask(scene, "POST", f"/sessions/{live.id}/logouts", 403, scopes=[Scope.accounts_read])
    assert await scene.is_open(live)


async def test_the_pages_follow_each_other(scene: Scene) -> None:
    lives = [(await scene.log_in())[1] for _ in range(3)]
    me: dict[str, Any] = {"subject": lives[0].account_id, "roles": ("unit_head@*",)}
    first = await ask(scene, "GET", "/me/sessions?limit=2", **me)
    path = first["_links"]["next"]["href"].split("/identity/v1")[1]
    rest = await ask(scene, "GET", path, **me)
    seen = [one["id"] for one in first["items"] + rest["items"]]
    assert seen == [str(live.id) for live in reversed(lives)]


async def test_a_token_of_an_ended_session_is_refused_while_another_session_s_goes_on(scene: Scene) -> None:
    _, first = await scene.log_in()
    _, second = await scene.log_in()
    me: dict[str, Any] = {"subject": first.account_id, "roles": ("unit_head@*",)}
    mint = scene.service.mint
    tokens = [mint.headers(tenant=scene.tenant, **me, sid=str(one.id)) for one in (first, second)]
    await ask(scene, "POST", f"/me/sessions/{first.id}/logouts", **me)
    with clock.frozen(clock.now() + CACHE_FOR):
        answers = [await scene.service.client.get("/identity/v1/me/sessions", headers=headers) for headers in tokens]
    assert [answer.status_code for answer in answers] == [401, 200]
