"""Tells applications of logouts, from the worker: again while one is away, and in the end honestly that it failed."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from services.identity.key.service import KeyService
from services.identity.logout.models import LogoutDelivery
from services.identity.logout.service import ATTEMPTS, LogoutService
from services.identity.logout.token import logout_token
from services.identity.secret.sealing import Sealer
from services.identity.settings import Settings
from shared.auth.jws import SigningKey
from shared.kit import clock
from shared.kit.egress import EgressClient, EgressError
from shared.kit.problems import Unavailable
from shared.queue import JobContext, JobHandler

TIMEOUT = 10.0
_PAGE = 200
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Cache-Control": "no-store"}
# What an application says for good; 429 and 5xx may pass (section 2.8 knows 200 and 400 alone).
_PASSING = (408, 425, 429)


def deliver_logout(settings: Settings) -> JobHandler:
    """The job that tells one application of one ended session."""
    sealer = Sealer(settings.file_key_bytes())
    egress = EgressClient(allow_private=settings.may_call_private_networks)

    async def run(ctx: JobContext) -> dict[str, Any]:
        delivery_id = UUID(str(ctx.params["delivery_id"]))
        async with ctx.transaction() as session:
            delivery = await LogoutService(session, settings.issuer).find_delivery(delivery_id)
            if delivery is None or delivery.state != "waiting":
                return {"state": "gone"}
            key = await _signer(KeyService(session, sealer))
        fault, is_final = await _send(egress, delivery, key, settings.issuer)
        is_final = is_final or ctx.attempt >= ATTEMPTS
        async with ctx.transaction() as session:
            await LogoutService(session, settings.issuer).note(delivery_id, ctx.attempt, fault, is_final=is_final)
        if fault is not None and not is_final:
            raise Unavailable()
        return {"state": "failed" if fault else "delivered"}

    return run


def tell_evicted(settings: Settings) -> JobHandler:
    """The job that tells applications of the sessions that the tenant ended, a page of them in each transaction."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        done, page = 0, _PAGE
        while page == _PAGE:
            async with ctx.transaction() as session:
                page = await LogoutService(session, settings.issuer).tell_evicted(_PAGE)
            done += page
            await ctx.progress(done)
        return {"sessions": done}

    return run


async def _signer(keys: KeyService) -> SigningKey:
    """The key that signs now; raises Unavailable before there is any."""
    rows = await keys.published()
    if not rows:
        raise Unavailable()
    return keys.open(next((row for row in reversed(rows) if row.signs_from <= clock.now()), rows[0]))


async def _send(
    egress: EgressClient, delivery: LogoutDelivery, key: SigningKey, issuer: str
) -> tuple[str | None, bool]:
    """(fault or None, whether another attempt is pointless). A new token each time: the former one has expired."""
    token = logout_token(key, issuer, delivery.client_id, delivery.account_id, delivery.session_id)
    body = urlencode({"logout_token": token}).encode()
    try:
        answer = await egress.request("POST", delivery.uri, _HEADERS, body, TIMEOUT, truncate=True)
    except EgressError as error:
        return error.code, False
    if 200 <= answer.status < 300:
        return None, True
    return f"http_{answer.status}", answer.status < 500 and answer.status not in _PASSING
