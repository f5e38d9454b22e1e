"""A tenant's keys: a successor is published before it is used, and every change is told and remembered."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.identity.secret.sealing import Sealer
from services.identity.settings import Settings
from services.identity.tenantkey.material import Purpose, make
from services.identity.tenantkey.ring import TenantKeyRing
from services.identity.tenantkey.service import TenantKeyService
from services.identity.tenantkey.tasks import roll_tenant_keys
from shared.kit import clock
from tests.identity.actions import BASIC
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, settings_for

ADMIN = "tenant_admin@*"
KEYS = "/identity/v1/tenant-keys"
NAME = "id.startklar.example"


def sealer(identity: ServiceUnderTest) -> Sealer:
    return Sealer(identity.settings.file_key_bytes())


def ring(identity: ServiceUnderTest) -> TenantKeyRing:
    return TenantKeyRing(identity.database, sealer(identity), NAME)


async def create(identity: ServiceUnderTest, purpose: str = "oidc_client", expect: int = 201) -> dict[str, Any]:
    response = await identity.client.post(KEYS, json={"purpose": purpose}, headers=identity.as_(ADMIN))
    assert response.status_code == expect, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def act(identity: ServiceUnderTest, key: dict[str, Any], action: str, **body: str) -> httpx.Response:
    headers = identity.as_(ADMIN) | {"If-Match": f'"{key["version"]}"'}
    return await identity.client.post(f"{KEYS}/{key['id']}/{action}", json=body, headers=headers)


async def test_the_first_key_is_used_at_once_and_a_second_waits_for_a_day(identity: ServiceUnderTest) -> None:
    first, second = await create(identity), await create(identity)
    assert (first["state"], second["state"]) == ("active", "next")
    assert [action["allowed"] for action in second["allowedActions"]] == [True, True]
    assert [action["allowed"] for action in first["allowedActions"]] == [False, False]
    early = await act(identity, second, "activate")
    assert (early.status_code, early.json()["type"].rpartition("/")[2]) == (409, "tenant-key-too-new")
    with clock.frozen(clock.now() + timedelta(hours=24, minutes=1)):
        async with identity.database.transaction(identity.tenant) as session:
            service = TenantKeyService(session, sealer(identity))
            assert (await service.activate(second["id"], 1)).state == "active"
    read = await identity.client.get(f"{KEYS}/{first['id']}", headers=identity.as_("auditor@*"))
    assert (read.json()["state"], read.json()["version"]) == ("retired", 2)


async def test_a_leaked_key_is_replaced_at_once_with_a_reason_that_is_kept(identity: ServiceUnderTest) -> None:
    await create(identity)
    second = await create(identity)
    done = await act(identity, second, "activate", urgentReason="The present key has leaked")
    assert (done.status_code, done.json()["state"]) == (200, "active")
    async with identity.database.transaction(identity.tenant) as session:
        kept = (
            await session.execute(text("SELECT reason FROM journal_entry WHERE action = 'tenant_key.activated'"))
        ).all()
        left = (
            await session.execute(text("SELECT count(*) FROM tenant_key WHERE private_sealed IS NULL"))
        ).scalar_one()
    assert [row[0] for row in kept] == ["The present key has leaked"]
    assert left == 1


async def test_no_second_successor_waits_and_only_one_that_waits_can_be_changed(identity: ServiceUnderTest) -> None:
    first, second = await create(identity), await create(identity)
    assert (await create(identity, expect=409))["type"].endswith("tenant-key-successor-waits")
    assert (await act(identity, first, "withdraw")).status_code == 409
    assert (await act(identity, second | {"version": 7}, "withdraw")).status_code == 412
    assert (await act(identity, second, "withdraw")).json()["state"] == "retired"
    assert (await act(identity, second | {"version": 2}, "activate")).status_code == 409
    await create(identity)


@pytest.mark.parametrize(("role", "claims"), [("auditor@*", {}), (ADMIN, {"acr": BASIC})])
async def test_who_may_not_change_keys(identity: ServiceUnderTest, role: str, claims: dict[str, Any]) -> None:
    answer = await identity.client.post(KEYS, json={"purpose": "oidc_client"}, headers=identity.as_(role, **claims))
    assert answer.status_code in (401, 403)


async def test_private_halves_are_nowhere_in_the_clear(identity: ServiceUnderTest) -> None:
    await create(identity, "saml_signing")
    listed = await identity.client.get(KEYS, headers=identity.as_(ADMIN))
    assert "PRIVATE" not in listed.text
    async with identity.database.transaction(identity.tenant) as session:
        stored = (await session.execute(text("SELECT tenant_key::text FROM tenant_key"))).scalar_one()
    assert b"PRIVATE".hex() not in stored


async def test_a_former_encryption_key_still_opens_for_a_month(identity: ServiceUnderTest) -> None:
    """What a provider with old metadata encrypts must not be lost; a signing key that is past signs no more."""
    await list_tenant(identity)
    start = datetime(2026, 8, 17, 6, 0, tzinfo=UTC)
    with clock.frozen(start):
        before = await ring(identity).saml(identity.tenant)
        async with identity.database.transaction(identity.tenant) as session:
            service = TenantKeyService(session, sealer(identity))
            for purpose in (Purpose.saml_signing, Purpose.saml_encryption):
                await service.prepare(make(purpose, NAME))
        waiting = await ring(identity).saml(identity.tenant)
    assert waiting.signing_certificates[0] == before.signing_certificates[0]
    assert len(waiting.signing_certificates) == 2
    assert waiting.encryption_certificates == before.encryption_certificates
    with clock.frozen(start + timedelta(days=2)):
        async with identity.database.transaction(identity.tenant) as session:
            service = TenantKeyService(session, sealer(identity))
            for key in [row for row in await service.usable() if row.state == "next"]:
                await service.activate(key.id, key.version)
        after = await ring(identity).saml(identity.tenant)
    assert after.signing_certificates == waiting.signing_certificates[1:]
    assert after.encryption_certificates != before.encryption_certificates
    assert [key.private_numbers() for key in after.decryption][1:] == [
        key.private_numbers() for key in before.decryption
    ]
    with clock.frozen(start + timedelta(days=40)):
        await roll(identity)
        assert len((await ring(identity).saml(identity.tenant)).decryption) == 1


async def roll(identity: ServiceUnderTest) -> dict[str, Any] | None:
    settings = settings_for("identity", identity.urls, "redis://unused", identity.mint)
    assert isinstance(settings, Settings)
    return await roll_tenant_keys(settings)(Context(identity))


async def test_the_daily_job_prepares_and_uses_a_successor_before_expiry(identity: ServiceUnderTest) -> None:
    await list_tenant(identity)
    first = await create(identity)
    expires = datetime.fromisoformat(first["expiresAt"])
    for days, expected in (
        (90, {"made": 0, "activated": 0}),
        (59, {"made": 1, "activated": 0}),
        (58, {"made": 0, "activated": 0}),
        (13, {"made": 0, "activated": 1}),
    ):
        with clock.frozen(expires - timedelta(days=days)):
            assert await roll(identity) == expected | {"forgotten": 0}, days
    async with identity.database.transaction(identity.tenant) as session:
        soon = await TenantKeyService(session, sealer(identity)).expiring(timedelta(days=60))
    assert soon == []


async def list_tenant(identity: ServiceUnderTest) -> None:
    """The job goes from tenant to tenant, so the test's own must stand in the directory."""
    async with identity.database.transaction(None) as session:
        await session.execute(
            text(
                "INSERT INTO tenant (id, kind, name, slug, state, is_operator, version, created_at, updated_at)"
                " VALUES (:id, 'authority', 'Provby', 'provby', 'active', false, 1, now(), now())"
            ),
            {"id": identity.tenant},
        )
