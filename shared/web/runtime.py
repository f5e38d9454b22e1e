"""What a running process holds, and the dependencies that reach it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.auth.dependencies import authenticate
from shared.auth.dpop import ProofGuard
from shared.auth.limits import RateLimiter
from shared.auth.principal import Principal
from shared.auth.verifier import TokenVerifier
from shared.kit.db import Database
from shared.kit.settings import ServiceSettings
from shared.kit.text import Lang, negotiate
from shared.kit.tracing import Tracing


@dataclass
class Runtime:
    """Built at start-up by `build_app`, or by a test. `resources` holds what a service adds, by type."""

    settings: ServiceSettings
    database: Database
    relay: Database
    verifier: TokenVerifier
    tracing: Tracing | None = None
    resources: dict[type, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.resources.setdefault(RateLimiter, RateLimiter(self.settings.requests_per_minute))
        self.resources.setdefault(ProofGuard, ProofGuard(self.settings.public_url))


def runtime(request: Request) -> Runtime:
    """The runtime of the app that serves `request`."""
    held: Runtime = request.app.state.runtime
    return held


async def open_session(
    request: Request, principal: Annotated[Principal | None, Depends(authenticate)]
) -> AsyncIterator[AsyncSession]:
    """The request's transaction, bound to the caller's tenant; commits before the response is sent."""
    tenant = principal.tenant if principal else None
    traceparent = request.scope.get("traceparent")
    async with runtime(request).database.transaction(tenant, traceparent=traceparent, principal=principal) as session:
        request.state.session = session
        yield session


# For the few routes that must not hold a transaction while a caller sends: they open theirs by themselves.
transaction_of = asynccontextmanager(open_session)


async def open_relay_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A transaction of the relay role: outbox, jobs and positions of all tenants, nothing else."""
    async with runtime(request).relay.transaction(None) as session:
        yield session


async def _language(accept_language: Annotated[str | None, Header(include_in_schema=False)] = None) -> Lang:
    return negotiate(accept_language)


# scope="function": the commit must come before the response, or a client could see a 201 that then fails.
SessionDep = Annotated[AsyncSession, Depends(open_session, scope="function")]
RelaySessionDep = Annotated[AsyncSession, Depends(open_relay_session, scope="function")]
LangDep = Annotated[Lang, Depends(_language)]
