"""The way in when no identity provider answers: two factors, each once, slow to guess, loud."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pyotp
import pytest

from services.identity.breakglass import totp
from services.identity.breakglass.service import MOST_FAILURES
from services.identity.session.cookie import SESSION
from shared.kit import clock
from shared.kit.handle import Handle
from tests.identity.people import cut_off, rows
from tests.support.services import ServiceUnderTest, Start

ADMIN = "tenant_admin@*"
PATH, PAGE = "/identity/v1/break-glass-accounts", "/oauth2/break-glass"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Safe:
    """An account with its paper and its telephone."""

    def __init__(self, service: ServiceUnderTest, made: dict[str, Any]) -> None:
        self.service, self.id, self.account = service, made["id"], made["accountId"]
        self.recovery = made["recoverySecret"]
        self.app = pyotp.TOTP(pyotp.parse_uri(made["totpUri"]).secret)

    def code(self, steps: int = 0) -> str:
        return self.app.at(clock.now() + timedelta(seconds=30 * steps))

    async def confirm(self, code: str) -> int:
        path = f"{PATH}/{self.id}/confirmations"
        answer = await self.service.client.post(path, json={"code": code}, headers=self.service.as_(ADMIN))
        return answer.status_code

    async def use(self, code: str, recovery: str | None = None, **headers: str) -> httpx.Response:
        form = {"recovery": recovery or self.recovery, "code": code}
        return await self.service.client.post(PAGE, data=form, headers=headers)


async def made(service: ServiceUnderTest, status: int = 201) -> Safe | None:
    answer = await service.client.post(PATH, json={"displayName": "Nödkonto"}, headers=service.as_(ADMIN))
    assert answer.status_code == status, answer.text
    return Safe(service, answer.json()) if status == 201 else None


async def ready(service: ServiceUnderTest) -> Safe:
    """Made and confirmed a minute ago."""
    safe = await made(service)
    assert safe is not None
    with clock.frozen(clock.now() - timedelta(minutes=2)):
        assert await safe.confirm(safe.code()) == 201
    return safe


def test_codes_are_those_of_the_rfc() -> None:
    """RFC 6238 appendix B, SHA-1, cut to six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = clock.now().replace(year=2005, month=3, day=18, hour=1, minute=58, second=29, microsecond=0)
    assert totp.step_of(secret, "081804", at) == 1111111109 // 30
    assert totp.step_of(secret, "081805", at) is None
    assert totp.step_of(secret, "۰۸۱۸۰۴", at) is None


async def test_both_factors_open_a_strong_session_of_an_hour_and_the_secret_changes(
    identity: ServiceUnderTest,
) -> None:
    safe = await ready(identity)
    answer = await safe.use(safe.code())
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "<script" not in answer.text
    following = answer.text.split("<code>")[1].split("</code>")[0]
    assert Handle.parse(following) is not None
    assert following != safe.recovery
    assert SESSION in answer.headers["set-cookie"]
    held = await rows(
        identity,
        "SELECT account_id::text, method, acr, amr, factors, round(extract(epoch FROM expires_at - created_at))"
        " FROM sso_session",
    )
    assert held == [(safe.account, "break_glass", "urn:startklar:loa:strong", ["otp"], 2, 3600)]
    assert (await safe.use(safe.code(1))).status_code == 403, "the paper is used up"
    assert (await safe.use(safe.code(1), following)).status_code == 200


async def test_a_code_is_good_once_even_with_the_next_secret(identity: ServiceUnderTest) -> None:
    safe = await ready(identity)
    code = safe.code()
    following = (await safe.use(code)).text.split("<code>")[1].split("</code>")[0]
    assert (await safe.use(code, following)).status_code == 403
    assert (await safe.use(safe.code(-1), following)).status_code == 403, "nor is an older one"


async def test_it_is_of_no_use_before_a_code_was_confirmed(identity: ServiceUnderTest) -> None:
    safe = await made(identity)
    assert safe is not None
    assert (await safe.use(safe.code())).status_code == 403
    assert await safe.confirm("000000" if safe.code() != "000000" else "111111") == 422
    assert await safe.confirm(safe.code()) == 201
    assert await safe.confirm(safe.code()) == 409
    assert (await safe.use(safe.code())).status_code == 403, "the confirming code is used up too"
    assert (await safe.use(safe.code(1))).status_code == 200


async def test_wrong_codes_lock_the_account_for_a_quarter_of_an_hour(identity: ServiceUnderTest) -> None:
    safe = await ready(identity)
    wrong = next(code for code in ("000000", "111111", "222222", "333333") if code not in map(safe.code, (-1, 0, 1)))
    for _ in range(MOST_FAILURES):
        assert (await safe.use(wrong)).status_code == 403
    assert (await safe.use(safe.code())).status_code == 403, "locked, though both are right"
    assert ("True",) not in await rows(identity, "SELECT state FROM break_glass WHERE state <> 'enabled'")
    locked = await rows(identity, "SELECT action FROM journal_entry WHERE after->>'locked' = 'true'")
    assert locked == [("break_glass.failed",)]
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        assert (await safe.use(safe.code())).status_code == 200


async def test_without_the_paper_no_code_counts_and_every_refusal_says_the_same(identity: ServiceUnderTest) -> None:
    safe = await ready(identity)
    unknown = await safe.use(safe.code(), Handle.new(identity.tenant).text)
    nonsense = await safe.use(safe.code(), "nonsense")
    wrong = await safe.use("999999" if safe.code() != "999999" else "888888")
    from_elsewhere = await safe.use(safe.code(), **{"Sec-Fetch-Site": "cross-site"})
    assert len({answer.text for answer in (unknown, nonsense, wrong, from_elsewhere)}) == 1
    assert {answer.status_code for answer in (unknown, nonsense, wrong, from_elsewhere)} == {403}
    assert (await rows(identity, "SELECT failures FROM break_glass"))[0] == (1,)


async def test_of_two_uses_at_once_one_wins(committed_service: Start) -> None:
    service = await committed_service("identity")
    safe = await ready(service)
    code = safe.code()
    answers = await asyncio.gather(*(safe.use(code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]
    assert len(await rows(service, "SELECT id FROM sso_session")) == 1


async def test_a_use_is_loud_until_another_administrator_acknowledges_it(identity: ServiceUnderTest) -> None:
    safe = await ready(identity)
    await safe.use(safe.code())
    admin = identity.as_(ADMIN)
    uses = (await identity.client.get("/identity/v1/break-glass-uses?unacknowledged=true", headers=admin)).json()
    path = f"/identity/v1/break-glass-uses/{uses['items'][0]['id']}/acknowledgements"
    own = await identity.client.post(path, headers=identity.as_(ADMIN, subject=safe.account))
    assert own.status_code == 403
    assert (await identity.client.post(path, headers=admin)).status_code == 201
    assert (await identity.client.post(path, headers=admin)).status_code == 409
    left = await identity.client.get("/identity/v1/break-glass-uses?unacknowledged=true", headers=admin)
    assert left.json()["items"] == []


async def test_two_at_most_and_a_disabled_one_is_out_at_once(identity: ServiceUnderTest) -> None:
    safe = await ready(identity)
    await safe.use(safe.code())
    await made(identity)
    await made(identity, 409)
    path = f"{PATH}/{safe.id}/disablings"
    assert (await identity.client.post(path, headers=identity.as_(ADMIN))).status_code == 204
    assert await cut_off(identity) == {safe.account}
    assert (await safe.use(safe.code(1))).status_code == 403
    await made(identity)


@pytest.mark.parametrize(
    ("role", "claims", "status"),
    [
        (ADMIN, {"auth_age": 1200}, 401),
        (ADMIN, {"acr": "urn:startklar:loa:basic"}, 401),
        ("auditor@*", {}, 403),
        ("register_admin@*", {}, 403),
        ("platform_admin@*", {}, 403),
    ],
)
async def test_only_administrators_with_a_strong_and_fresh_login_see_and_make_them(
    identity: ServiceUnderTest, role: str, claims: dict[str, Any], status: int
) -> None:
    headers = identity.as_(role, **claims)
    assert (await identity.client.get(PATH, headers=headers)).status_code == status
    assert (await identity.client.post(PATH, json={"displayName": "X"}, headers=headers)).status_code == status
