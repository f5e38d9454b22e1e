"""Evidence lives as long as what it is about: real logins renew it, an ended certificate ends it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.identity.provider.configuration import SamlConfiguration
from services.identity.tenant.models import Tenant
from services.identity.tenantkey.material import Purpose, make
from services.identity.verification.tasks import renew_evidence
from shared.kit.clock import frozen, now
from tests.identity.onboarding.methods import Methods, answer
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest

CERTIFICATE = make(Purpose.saml_signing, "login.norrvik.example")


@pytest.fixture
async def methods(identity: ServiceUnderTest) -> Methods:
    async with identity.database.transaction(None) as session:
        session.add(Tenant(id=identity.tenant, kind="authority", name="Norrvik", slug="norrvik-evidence"))
    return Methods(identity)


async def renew(methods: Methods) -> dict[str, int]:
    return await renew_evidence(Context(methods.service))


async def test_a_real_login_renews_the_evidence_and_proves_a_changed_configuration(methods: Methods) -> None:
    account, provider = await methods.open_account(), await methods.draft()
    await methods.verify(provider["id"])
    await methods.activate(provider["id"])
    assert await renew(methods) == {"renewed": 0, "lapsed": 0}
    later = now() + timedelta(days=1)
    with frozen(later):
        await methods.log_in(provider["id"], account)
        assert await renew(methods) == {"renewed": 1, "lapsed": 0}
        assert await renew(methods) == {"renewed": 0, "lapsed": 0}
    found = (await methods.get("login-evidence"))["methods"][0]
    assert found["evidence"][0]["renewedAt"] > found["evidence"][0]["verifiedAt"]
    with frozen(later + timedelta(hours=1)):
        await methods.change(provider["id"], acrMap={})
        assert (await methods.get("login-evidence"))["methods"][0]["unproven"] == [provider["id"]]
    with frozen(later + timedelta(hours=2)):
        await methods.log_in(provider["id"], account)
        await renew(methods)
    found = (await methods.get("login-evidence"))["methods"][0]
    assert (found["isVerified"], found["acr"], found["evidence"][0]["trialId"]) == (
        True,
        "urn:startklar:loa:basic",
        None,
    )


async def test_evidence_ends_with_the_last_certificate_and_no_login_brings_it_back(methods: Methods) -> None:
    account, provider = await methods.open_account(), await methods.draft()
    configuration = SamlConfiguration(sso_url="https://x.example", certificates=(CERTIFICATE.certificate or "",))
    async with methods.service.database.transaction(methods.service.tenant) as session:
        statement = "UPDATE identity_provider SET protocol = 'saml', configuration = CAST(:it AS jsonb)"
        await session.execute(text(statement), {"it": configuration.model_dump_json()})
    trial = await methods.begin(provider["id"])
    assert (await methods.finish(trial, answer(), "saml"))["state"] == "passed"
    await methods.activate(provider["id"])
    with frozen(CERTIFICATE.expires_at + timedelta(days=1)):
        assert await renew(methods) == {"renewed": 0, "lapsed": 1}
        await methods.log_in(provider["id"], account)
        assert await renew(methods) == {"renewed": 0, "lapsed": 0}
    found = (await methods.get("login-evidence", "auditor@*"))["methods"][0]
    assert (found["isVerified"], found["evidence"][0]["lapseReason"]) == (False, "certificate_expired")


async def test_a_method_is_verified_when_each_of_its_active_providers_is_at_the_weakest_level(methods: Methods) -> None:
    await methods.open_account()
    one = await methods.draft()
    other = await methods.draft(issuer="https://other.norrvik.example", acrMap={})
    await methods.verify(one["id"])
    found = (await methods.get("login-evidence"))["methods"][0]
    assert (found["isVerified"], found["acr"]) == (True, "urn:startklar:loa:strong")
    await methods.verify(other["id"])
    for provider in (one, other):
        await methods.activate(provider["id"])
    found = (await methods.get("login-evidence"))["methods"][0]
    assert (found["isVerified"], found["acr"]) == (True, "urn:startklar:loa:basic")
    await methods.change(other["id"], loginClaim="uid")
    assert (await methods.get("login-evidence"))["methods"][0]["isVerified"] is False
    assert (await methods.change(other["id"], state="disabled")).status_code == 200
    assert (await methods.get("login-evidence"))["methods"][0]["isVerified"] is True
