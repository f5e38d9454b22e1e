"""The gate that waits for verified logins turns by what identity tells, and back when that ends."""

from services.projects.intake.tasks import on_login_method_told
from shared.contracts.identity_login import LapseReason, LoginMethodLapsed, LoginMethodVerified
from shared.kit.ids import new_id
from tests.projects.conftest import CreateRollout, Facts

STRONG, BASIC = "urn:startklar:loa:strong", "urn:startklar:loa:basic"
ASKED = {"templateVersion": "1.1.0", "options": {"gate_needs_verified_login": True}}


def verified(key: str = "sso", acr: str = STRONG) -> LoginMethodVerified:
    return LoginMethodVerified(provider_id=new_id(), key=key, acr=acr)


def lapsed(reason: LapseReason) -> LoginMethodLapsed:
    return LoginMethodLapsed(provider_id=new_id(), key="sso", acr=STRONG, reason=reason)


async def test_a_verified_method_meets_the_criterion_a_lapsed_one_does_not_and_others_do_not_count(
    create_rollout: CreateRollout, facts: Facts
) -> None:
    rollout = await create_rollout(**ASKED)
    assert (await rollout.criterion("m3", "login-verified"))["state"] == "unknown"
    told = [
        (verified(), "training", "unknown"),
        (verified(key="eid"), "identity", "unknown"),
        (verified(acr=BASIC), "identity", "met"),
        (lapsed("configuration_changed"), "identity", "unmet"),
        (verified(), "identity", "met"),
        (lapsed("certificate_expired"), "identity", "unmet"),
    ]
    for event, source, state in told:
        await facts.tell(on_login_method_told, event, source)
        assert (await rollout.criterion("m3", "login-verified"))["state"] == state
    # What was told before, and arrives again late, changes nothing.
    await facts.tell(on_login_method_told, verified(), "identity", position=1)
    assert (await rollout.criterion("m3", "login-verified"))["state"] == "unmet"
