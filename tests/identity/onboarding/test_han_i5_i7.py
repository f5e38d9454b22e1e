"""HAN-I5 set up single sign-on, HAN-I6 verify each chosen login method, HAN-I7 activate: every clause of them."""

from datetime import timedelta
from typing import Any

import pytest

from services.identity.proof.faults import LoginFault
from shared.kit.clock import frozen, now
from shared.kit.ids import new_id
from tests.identity.onboarding.methods import ADMIN, EPPN, STRONG, TWO_FACTOR, Methods, answer
from tests.support.services import ServiceUnderTest, Start


@pytest.fixture
def methods(identity: ServiceUnderTest) -> Methods:
    return Methods(identity)


@pytest.fixture
async def telling(committed_service: Start) -> Methods:
    """The methods of a tenant whose events can be read."""
    return Methods(await committed_service("identity"))


async def onboarding(methods: Methods, provider: dict[str, Any], role: str = ADMIN) -> dict[str, Any]:
    found: dict[str, Any] = await methods.get(f"identity-providers/{provider['id']}/onboarding", role)
    return found


def done(told: dict[str, Any]) -> dict[str, bool]:
    return {step["key"]: step["isDone"] for step in told["steps"]}


async def test_a_new_method_is_a_draft_that_tells_what_to_register_and_what_is_left(methods: Methods) -> None:
    provider = await methods.draft(oidc={"tokenAuth": "private_key_jwt"}, clientSecret=None)
    assert provider["state"] == "draft"
    told = await onboarding(methods, provider, "auditor@*")
    base = f"{methods.service.mint.issuer}/oidc/{methods.service.tenant}"
    assert told["registration"]["redirectUri"] == provider["redirectUri"] == f"{base}/callback"
    assert told["registration"]["jwksUri"] == f"{base}/jwks"
    assert done(told) == {"HAN-I5": False, "HAN-I6": False, "HAN-I7": False}
    assert all(step["remaining"] for step in told["steps"])


async def test_a_draft_cannot_be_activated_before_a_trial_has_succeeded(methods: Methods) -> None:
    provider = await methods.draft()
    refused = await methods.change(provider["id"], state="active")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "identity-provider-unverified")
    await methods.open_account()
    failed = await methods.finish(await methods.begin(provider["id"]), answer("nobody@norrvik.example"))
    assert (failed["state"], failed["report"]["verdict"]) == ("failed", "The person has no open account here")
    assert (await methods.change(provider["id"], state="active")).status_code == 409


async def test_set_up_verified_and_activated_in_a_quarter_of_an_hour_that_is_measured(methods: Methods) -> None:
    start = now()
    with frozen(start):
        provider = await methods.draft()
        await methods.open_account()
    with frozen(start + timedelta(minutes=5)):
        await methods.finish(await methods.begin(provider["id"]), answer("nobody@norrvik.example"))
        assert done(await onboarding(methods, provider)) == {"HAN-I5": True, "HAN-I6": False, "HAN-I7": False}
    with frozen(start + timedelta(minutes=9)):
        await methods.verify(provider["id"])
        told = await onboarding(methods, provider)
        assert (told["state"], done(told)["HAN-I6"]) == ("verified", True)
    with frozen(start + timedelta(minutes=12)):
        assert (await methods.activate(provider["id"]))["state"] == "active"
    told = await onboarding(methods, provider)
    assert [step["seconds"] for step in told["steps"]] == [300, 240, 180]
    assert told["seconds"] == 720 <= 15 * 60
    assert [step["remaining"] for step in told["steps"]] == [[], [], []]


async def test_a_trial_logs_nobody_in_and_its_report_says_what_came_in_words(methods: Methods) -> None:
    provider, account = await methods.draft(), await methods.open_account()
    trial = await methods.begin(provider["id"], acr=STRONG)
    assert trial["url"].startswith(f"{methods.service.mint.issuer}/oidc/{methods.service.tenant}/login?request=")
    told = await methods.finish(trial, answer(mail="anna.andersson@norrvik.example", sn="Andersson"))
    report = told["report"]
    assert (told["state"], told["url"], told["isCurrent"]) == ("passed", None, True)
    assert {check["outcome"] for check in report["checks"]} == {"held"}
    assert (report["acr"], report["acrSource"], report["accountId"]) == (STRONG, TWO_FACTOR, account)
    assert {one["name"]: one["values"] for one in report["attributes"]} == {
        EPPN: ["a***@norrvik.example"],
        "mail": ["a***@norrvik.example"],
        "sn": ["A***"],
    }
    assert report["facts"] == {"signature": "ES256", "clock_skew_seconds": "2"}
    sessions = await methods.get("me/logins")
    assert sessions["items"] == []


@pytest.mark.parametrize(
    ("login", "wanted", "broken", "verdict"),
    [
        (LoginFault.unverifiable, None, "answer", "The identity provider's answer could not be verified"),
        (LoginFault.no_login_name, None, "login_name", "The attribute with the login name is missing in the answer"),
        (answer("anna@other.example"), None, "scope", LoginFault.foreign_scope.words.en),
        (answer("bo@norrvik.example"), None, "account", "The person has no open account here"),
        (answer(context="password"), STRONG, "assurance", "The login was not as strong or recent as asked for"),
    ],
)
async def test_a_failed_trial_names_the_rule_and_what_to_do(
    methods: Methods, login: Any, wanted: str | None, broken: str, verdict: str
) -> None:
    provider = await methods.draft()
    await methods.open_account()
    told = await methods.finish(await methods.begin(provider["id"], acr=wanted), login)
    assert (told["state"], told["report"]["verdict"]) == ("failed", verdict)
    failed = [check for check in told["report"]["checks"] if check["outcome"] == "failed"]
    assert [check["rule"] for check in failed] == [broken]
    assert failed[0]["advice"]


async def test_each_population_of_the_method_is_verified_by_itself(methods: Methods) -> None:
    provider = await methods.draft(populations=["staff", "pupil"])
    await methods.open_account()
    await methods.begin(provider["id"], 422, population="guardian")
    await methods.begin(provider["id"], 422)
    await methods.verify(provider["id"], population="staff")
    told = await onboarding(methods, provider)
    assert (told["state"], told["steps"][1]["remaining"]) == (
        "draft",
        ["Make a successful trial with somebody of the population pupils"],
    )
    assert (await methods.change(provider["id"], state="active")).status_code == 409
    await methods.verify(provider["id"], population="pupil")
    assert (await methods.activate(provider["id"]))["state"] == "active"


async def test_a_preview_judges_the_same_login_by_another_mapping_for_a_day(methods: Methods) -> None:
    provider = await methods.draft(loginClaim="mail", acrMap={})
    account = await methods.open_account()
    trial = await methods.begin(provider["id"])
    await methods.finish(trial, answer("bo@norrvik.example", mail="anna@norrvik.example", givenName="Anna"))
    path = f"/identity/v1/identity-providers/{provider['id']}/trials/{trial['id']}/previews"

    async def preview(**body: Any) -> dict[str, Any]:
        made = await methods.service.client.post(path, json=body, headers=methods.service.as_(ADMIN))
        found: dict[str, Any] = made.json()
        return found

    same = await preview()
    assert (same["accountId"], same["acr"]) == (account, "urn:startklar:loa:basic")
    assert (await preview(acrMap={TWO_FACTOR: STRONG}))["acr"] == STRONG
    assert (await preview(loginClaim=EPPN))["verdict"] == "The person has no open account here"
    lost = await preview(loginClaim="uid")
    assert (lost["missing"], lost["verdict"]) == (["uid"], LoginFault.no_login_name.words.en)
    assert (await methods.get(f"identity-providers/{provider['id']}"))["loginClaim"] == "mail"
    with frozen(now() + timedelta(hours=25)):
        assert (await preview())["type"].rpartition("/")[2] == "login-trial-evidence-gone"
        read = await methods.get(f"identity-providers/{provider['id']}/trials/{trial['id']}")
        assert {one["values"] for one in read["report"]["attributes"]} == {None}


async def test_the_gate_hears_when_a_method_is_verified_and_when_that_ends(telling: Methods) -> None:
    methods = telling
    provider = await methods.draft()
    await methods.open_account()
    await methods.verify(provider["id"])
    await methods.activate(provider["id"])
    await methods.change(provider["id"], name="Nytt namn")
    assert [(kind, data["verified"], data["key"], data["acr"]) for kind, data in await methods.events()] == [
        ("verified", True, "sso", STRONG)
    ]
    changed = await methods.change(provider["id"], acrMap={})
    assert changed.json()["state"] == "active"
    assert (await methods.events())[1] == (
        "lapsed",
        {
            "providerId": provider["id"],
            "key": "sso",
            "verified": False,
            "acr": STRONG,
            "reason": "configuration_changed",
        },
    )
    await methods.verify(provider["id"])
    assert [(kind, data["acr"]) for kind, data in (await methods.events())[2:]] == [
        ("verified", "urn:startklar:loa:basic")
    ]


async def test_the_last_method_is_switched_off_only_by_who_confirms_it_and_its_proof_comes_back_with_it(
    telling: Methods,
) -> None:
    methods = telling
    provider = await methods.draft()
    await methods.open_account()
    await methods.verify(provider["id"])
    await methods.activate(provider["id"])
    refused = await methods.change(provider["id"], state="disabled")
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "last-login-method")
    assert (await methods.change(provider["id"], state="disabled", locksOut=True)).status_code == 409
    reason = "Byte av leverantör"
    assert (await methods.change(provider["id"], state="disabled", locksOut=True, reason=reason)).status_code == 200
    assert [kind for kind, _ in await methods.events()] == ["verified", "lapsed"]
    assert (await methods.activate(provider["id"]))["state"] == "active"
    assert [kind for kind, _ in await methods.events()] == ["verified", "lapsed", "verified"]


async def test_a_trial_is_made_once_and_within_a_quarter_of_an_hour(methods: Methods) -> None:
    provider = await methods.draft()
    await methods.open_account()
    trial = await methods.begin(provider["id"])
    await methods.finish(trial, answer())
    path = trial["url"].removeprefix(methods.service.mint.issuer)
    assert (await methods.service.client.get(path)).status_code == 400
    late = await methods.begin(provider["id"])
    with frozen(now() + timedelta(minutes=16)):
        path = late["url"].removeprefix(methods.service.mint.issuer)
        assert (await methods.service.client.get(path)).status_code == 400


async def test_only_a_strong_administrator_sets_up_and_tries_and_other_tenants_see_nothing(methods: Methods) -> None:
    provider = await methods.draft()
    path = f"/identity/v1/identity-providers/{provider['id']}/trials"
    service = methods.service
    asked = [
        service.as_("auditor@*"),
        service.as_(ADMIN, acr="urn:startklar:loa:basic"),
        service.as_(ADMIN, tenant=new_id()),
    ]
    statuses = [(await service.client.post(path, json={}, headers=one)).status_code for one in asked]
    assert statuses == [403, 401, 404]


async def test_each_answer_says_what_to_do_next_and_why_not(methods: Methods) -> None:
    provider = await methods.draft()

    async def may() -> dict[str, bool]:
        shown = await methods.get(f"identity-providers/{provider['id']}", ADMIN)
        assert all(one["allowed"] or one["reason"] for one in shown["allowedActions"])
        return {one["action"]: one["allowed"] for one in shown["allowedActions"]}

    assert await may() == {"change": True, "try": True, "activate": False, "disable": False}
    await methods.open_account()
    await methods.verify(provider["id"])
    assert await may() == {"change": True, "try": True, "activate": True, "disable": False}
    await methods.activate(provider["id"])
    assert await may() == {"change": True, "try": True, "activate": False, "disable": True}
