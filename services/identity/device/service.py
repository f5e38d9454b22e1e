"""Logins on devices without a browser (RFC 8628): the device waits, the person answers somewhere else.

A user code is short, so it is worth little: it lives ten minutes, in one tenant, and only someone who is logged in
there may try codes, five wrong ones in ten minutes. Who guesses one has given a stranger's device the own account,
and nothing of the stranger's.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.client.models import Client
from services.identity.device.errors import TooManyCodes
from services.identity.device.models import DeviceGrant
from services.identity.device.repository import DeviceRepository
from services.identity.protocol.refusal import Refusal
from services.identity.session.service import LiveSession
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle, digest_of
from shared.kit.journal import record

LIFETIME = timedelta(minutes=10)
INTERVAL = 5
"""Seconds between two polls of a device."""
MOST_WRONG = 5
# No vowels, so that no words come out, and no letters or digits that look alike (RFC 8628 section 6.1).
_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
_LENGTH = 8


class DeviceService:
    """The device logins of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = DeviceRepository(session)

    async def begin(self, client: Client, scope: str, key: str | None) -> tuple[Handle, str]:
        """A device begins to wait: its device code and the code for the person. `key` is the one it proved."""
        device, now = Handle.new(tenant_of(self._session)), clock.now()
        while True:
            user_code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
            row = DeviceGrant(
                tenant_id=device.tenant,
                device_hash=device.digest,
                user_code_hash=_digest(device.tenant, user_code),
                client_id=client.client_id,
                client_name=client.name,
                scope=scope,
                dpop_jkt=key,
                interval_seconds=INTERVAL,
                created_at=now,
                expires_at=now + LIFETIME,
            )
            if await self._repository.add(row):
                return device, f"{user_code[:4]}-{user_code[4:]}"

    async def find(self, typed: str, account_id: UUID) -> DeviceGrant | None:
        """What waits under a code as a person typed it; None for a wrong code, which counts against the account."""
        if await self._repository.count_guess(account_id, clock.now(), LIFETIME) > MOST_WRONG:
            raise TooManyCodes(LIFETIME)
        letters = "".join(letter for letter in typed.upper() if letter in _ALPHABET)
        grant = await self._repository.find_pending(_digest(tenant_of(self._session), letters), clock.now())
        if grant is not None:
            await self._repository.forgive_guess(account_id)
        return grant

    async def decide(self, grant: DeviceGrant, live: LiveSession, *, is_approved: bool) -> None:
        """The person's answer, given once: the grant is locked and was pending."""
        grant.state = "approved" if is_approved else "denied"
        if is_approved:
            grant.home_tenant_id, grant.account_id, grant.session_id = live.home, live.account_id, live.id
            grant.acr, grant.amr, grant.auth_time = live.acr.value, list(live.amr), live.auth_time
        after = {"client": grant.client_id, "scope": grant.scope}
        await record(self._session, f"device.{grant.state}", "device_grant", grant.id, after=after)

    async def poll(self, device: Handle, client: Client, key: str | None) -> DeviceGrant | Refusal:
        """The approved grant, used up, or why there are no tokens (section 3.5). A refusal is answered, not raised,
        since the time of the poll must stay."""
        grant = await self._repository.find_by_device(device.digest)
        if grant is None or grant.client_id != client.client_id or grant.state == "used":
            return Refusal("invalid_grant", "the device code is unknown or used")
        if grant.dpop_jkt not in (None, key):
            return Refusal("invalid_grant", "the device code is bound to another key")
        if grant.expires_at <= clock.now():
            return Refusal("expired_token", "the person did not answer in time")
        if grant.state == "pending":
            return self._wait(grant)
        if not await self._repository.use(grant.id):
            return Refusal("access_denied", "the person said no")
        return grant

    def _wait(self, grant: DeviceGrant) -> Refusal:
        now = clock.now()
        is_early = grant.polled_at is not None and now < grant.polled_at + timedelta(seconds=grant.interval_seconds)
        grant.polled_at = now
        if not is_early:
            return Refusal("authorization_pending", "the person has not answered yet")
        grant.interval_seconds += 5
        return Refusal("slow_down", f"wait {grant.interval_seconds} seconds between two requests")


async def prune_devices(session: AsyncSession) -> None:
    """Drop the session's tenant's device logins whose time is over."""
    await DeviceRepository(session).delete_expired(clock.now() - timedelta(hours=1))


def _digest(tenant: UUID, user_code: str) -> bytes:
    return digest_of(f"{tenant}\x1f{user_code}")
