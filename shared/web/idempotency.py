"""Idempotency-Key on POST (draft-ietf-httpapi-idempotency-key-header): a retry gets the first answer.

The answer is stored in the request's own transaction, before its commit: there is never an effect without a stored
answer, nor a stored answer without its effect. Only success is stored; a failed request may be tried again.
"""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.auth.principal import Principal
from shared.kit import clock
from shared.kit.keyring import Box
from shared.kit.problems import Conflict, FieldError, Invalid
from shared.kit.text import Text
from shared.web.runtime import runtime

LIFETIME = timedelta(hours=24)
_KEPT_HEADERS = ("content-type", "location", "etag", "cache-control")


class RequestInFlight(Conflict):
    slug = "request-in-flight"
    title = Text(sv="Samma begäran pågår", en="The same request is in progress", da="Samme forespørgsel er i gang")


class KeyReused(Invalid):
    slug = "idempotency-key-reused"
    title = Text(sv="Nyckeln är redan använd", en="The key has been used", da="Nøglen er allerede brugt")


class Replay(Exception):
    """Carries the stored answer from inside the endpoint to the route."""

    def __init__(self, response: Response) -> None:
        self.response = response


async def look_up(request: Request) -> None:
    """Raise Replay with the stored answer, or claim the key for this request; no header, no effect."""
    claim = await _claim_of(request)
    if claim is None:
        return
    session, tenant, key_hash, request_hash = claim
    lock = int.from_bytes(key_hash[:8], "big", signed=True)
    if not (await session.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": lock})).scalar_one():
        raise RequestInFlight(headers={"Retry-After": "1"})
    stored = (
        await session.execute(
            text(
                "SELECT request_hash, status, headers, body FROM idempotency"
                " WHERE tenant_id = :tenant AND key_hash = :key AND created_at > :since"
            ),
            {"tenant": tenant, "key": key_hash, "since": clock.now() - LIFETIME},
        )
    ).one_or_none()
    if stored is None:
        request.state.idempotency = (tenant, key_hash, request_hash)
        return
    if bytes(stored.request_hash) != request_hash:
        detail = Text(
            sv="Nyckeln användes för en annan begäran; ta en ny nyckel",
            da="Nøglen blev brugt til en anden forespørgsel; brug en ny nøgle",
            en="The key was used for another request; take a new key",
        )
        raise KeyReused(detail, errors=[FieldError(pointer="header:Idempotency-Key", detail=detail, code="reused")])
    headers = {**stored.headers, "Idempotency-Replayed": "true"}
    raise Replay(Response(_opened(request, key_hash, bytes(stored.body)), stored.status, headers=headers))


async def remember(request: Request, response: Response) -> None:
    """Store a successful answer under the claimed key, in the request's transaction."""
    claimed: tuple[UUID, bytes, bytes] | None = getattr(request.state, "idempotency", None)
    if claimed is None or not 200 <= response.status_code < 300:
        return
    tenant, key_hash, request_hash = claimed
    session: AsyncSession = request.state.session
    await session.execute(
        text(
            "INSERT INTO idempotency (tenant_id, key_hash, request_hash, status, headers, body, created_at)"
            " VALUES (:tenant, :key, :request, :status, CAST(:headers AS jsonb), :body, :now)"
            " ON CONFLICT (tenant_id, key_hash) DO UPDATE SET request_hash = excluded.request_hash,"
            " status = excluded.status, headers = excluded.headers, body = excluded.body,"
            " created_at = excluded.created_at"
        ),
        {
            "tenant": tenant,
            "key": key_hash,
            "request": request_hash,
            "status": response.status_code,
            "headers": orjson.dumps({k: response.headers[k] for k in _KEPT_HEADERS if k in response.headers}).decode(),
            "body": _sealed(request, key_hash, bytes(response.body)),
            "now": clock.now(),
        },
    )


def _sealed(request: Request, key_hash: bytes, body: bytes) -> bytes:
    """An answer may show a new secret, once: what is kept of it here must not show it to readers of the database."""
    return Box(runtime(request).settings.file_key_bytes(), None).seal(body, key_hash)


def _opened(request: Request, key_hash: bytes, stored: bytes) -> bytes:
    return Box(runtime(request).settings.file_key_bytes(), None).open(stored, key_hash)


async def _claim_of(request: Request) -> tuple[AsyncSession, UUID, bytes, bytes] | None:
    key = request.headers.get("idempotency-key")
    session: Any = getattr(request.state, "session", None)
    if key is None or session is None:
        return None
    if not 1 <= len(key) <= 255:
        detail = Text(sv="1 till 255 tecken", en="1 to 255 characters", da="1 til 255 tegn")
        raise Invalid(detail, errors=[FieldError(pointer="header:Idempotency-Key", detail=detail, code="length")])
    principal: Principal | None = session.info.get("principal")
    if principal is None or principal.tenant is None:
        return None
    scope = (principal.tenant, principal.client_id, principal.subject, request.method, request.url.path, key)
    key_hash = hashlib.sha256("\x1f".join(str(part) for part in scope).encode()).digest()
    request_hash = hashlib.sha256(request.url.query.encode() + b"\x1f" + await request.body()).digest()
    return session, principal.tenant, key_hash, request_hash
