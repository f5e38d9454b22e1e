"""Brings a package to its destination: one attempt, whole or not at all as far as the other side can tell."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass

from services.sync.fetching.errors import FetchFailed
from services.sync.fetching.sftp_client import logged_in
from services.sync.fetching.trust import egress_for
from services.sync.outbound.destination import AnyDestination, HttpsDrop, SftpDrop
from services.sync.settings import Settings
from services.sync.source.connectors import Credentials
from shared.kit.egress import EgressClient, EgressError, EgressRefused

SECONDS = 600.0


@dataclass(frozen=True)
class Parcel:
    """What is sent. `sha256` in hexadecimal; `id` stays the same over attempts, so that it can be taken once."""

    id: str
    name: str
    media_type: str
    sha256: str
    content: AsyncIterator[bytes]


@dataclass(frozen=True)
class Outcome:
    """`reason` is `sent`, or a stable word for what went wrong; `is_final`: trying again will not help."""

    reason: str
    status: int | None = None
    is_final: bool = False

    @property
    def is_sent(self) -> bool:
        return self.reason == "sent"


async def send(destination: AnyDestination, credentials: Credentials, parcel: Parcel, settings: Settings) -> Outcome:
    """One attempt. Never raises for what the other side does."""
    try:
        egress = egress_for(settings, destination)
        if isinstance(destination, HttpsDrop):
            return await _by_https(destination, credentials, parcel, egress)
        if isinstance(destination, SftpDrop):
            async with logged_in(destination, credentials, egress) as server:
                await server.lay(destination.folder, parcel.name, parcel.content)
            return Outcome("sent")
    except EgressError as error:
        return Outcome(error.code, is_final=isinstance(error, EgressRefused))
    except FetchFailed as error:
        return Outcome(error.slug, is_final=not error.is_transient)
    raise ValueError("a download is not sent")


async def _by_https(destination: HttpsDrop, credentials: Credentials, parcel: Parcel, egress: EgressClient) -> Outcome:
    digest = base64.b64encode(bytes.fromhex(parcel.sha256)).decode()
    headers = {
        "Content-Type": parcel.media_type,
        "Content-Disposition": f'attachment; filename="{parcel.name}"',
        "Repr-Digest": f"sha-256=:{digest}:",  # RFC 9530
        "Idempotency-Key": f'"{parcel.id}"',
        **_authorization(destination, credentials),
    }
    answer = await egress.request(
        destination.method, destination.url, headers, parcel.content, timeout=SECONDS, truncate=True
    )
    if 200 <= answer.status < 300:
        return Outcome("sent", answer.status)
    is_final = 400 <= answer.status < 500 and answer.status not in (408, 409, 423, 425, 429)
    return Outcome("refused" if is_final else "answered", answer.status, is_final)


def _authorization(destination: HttpsDrop, credentials: Credentials) -> dict[str, str]:
    if destination.auth == "bearer":
        return {"Authorization": f"Bearer {credentials.secret('token')}"}
    if destination.auth == "header" and destination.header is not None:
        return {destination.header: credentials.secret("token")}
    if destination.auth == "basic":
        pair = f"{destination.username}:{credentials.secret('password')}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {}
