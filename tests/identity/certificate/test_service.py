"""What logins depend on ends with warning: at 60, 30, 14, 7 and 1 day and at the end, each told once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from services.identity.certificate.calendar import WARNED_AT, Ending
from services.identity.certificate.service import CertificateService
from services.identity.provider.configuration import SamlConfiguration
from services.identity.provider.models import IdentityProvider
from services.identity.secret.sealing import Sealer
from services.identity.tenantkey.material import Purpose, make
from services.identity.tenantkey.service import TenantKeyService
from shared.kit.clock import frozen, now
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start

MATERIAL = make(Purpose.saml_signing, "login.norrvik.example")


def ending(days: float, at: datetime, holder: str = "provider") -> Ending:
    return Ending(holder, new_id(), "x", "f", at + timedelta(days=days))  # type: ignore[arg-type]


def test_the_nearest_warning_that_has_come_is_due() -> None:
    at = now()
    cases = {70: None, 60.5: None, 60: 60, 31: 60, 30: 30, 14.5: 30, 14: 14, 7: 7, 2: 7, 1: 1, 0.5: 1, 0: 0, -3: 0}
    assert {days: ending(days, at).due(at) for days in cases} == cases
    assert {days: ending(days, at, "federation").due(at) for days in (14, 1, -1)} == {14: None, 1: 1, -1: 0}
    assert [ending(days, at).severity(at) for days in (61.5, 60, 14, 0)] == ["fine", "soon", "urgent", "ended"]
    assert all(ending(1, at, holder).advice.da for holder in ("provider", "tenant", "federation"))


@pytest.fixture
async def service(committed_service: Start) -> ServiceUnderTest:
    """identity with a SAML provider and a key of its own."""
    found = await committed_service("identity")
    sealer = Sealer(found.settings.file_key_bytes())
    configuration = SamlConfiguration(sso_url="https://x.example", certificates=(MATERIAL.certificate or "",))
    async with found.database.transaction(found.tenant) as session:
        session.add(
            IdentityProvider(
                tenant_id=found.tenant,
                protocol="saml",
                name="Norrviks inloggning",
                issuer="https://login.norrvik.example/saml",
                login_claim="eppn",
                acr_map={},
                configuration=configuration.model_dump(mode="json"),
            )
        )
        await TenantKeyService(session, sealer).prepare(make(Purpose.oidc_client, "startklar"))
    return found


async def test_each_end_stands_in_the_calendar_and_is_told_once_per_warning(service: ServiceUnderTest) -> None:
    sealer = Sealer(service.settings.file_key_bytes())
    found = await service.client.get("/identity/v1/certificate-calendar", headers=service.as_("auditor@*"))
    assert sorted(one["holder"] for one in found.json()["items"]) == ["provider", "tenant"]
    assert all(one["advice"] and one["severity"] == "fine" for one in found.json()["items"])
    end = MATERIAL.expires_at
    async with service.database.transaction(service.tenant) as session:
        await session.execute(text("DELETE FROM tenant_key"))
    told = []
    for days in (61, 60, 59, 30, 14, 14, 7, 1, 0, -1):
        with frozen(end - timedelta(days=days)):
            async with service.database.transaction(service.tenant) as session:
                told.append(await CertificateService(session, sealer).warn())
    assert told == [0, 1, 0, 1, 1, 0, 1, 1, 1, 0]
    async with service.relay.transaction(None) as session:
        query = text("SELECT data FROM outbox WHERE type = 'identity.certificate.end_neared.v1' ORDER BY seq")
        events = list((await session.execute(query)).scalars())
    assert [event["days"] for event in events] == list(WARNED_AT)
    assert {(event["holder"], event["fingerprint"]) for event in events} == {("provider", MATERIAL.fingerprint)}
