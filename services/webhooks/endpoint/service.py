"""Endpoints: what may be registered, how secrets change, when sending stops and starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.webhooks.catalogue.service import unknown_types
from services.webhooks.endpoint.errors import EndpointNotFound, TooManyEndpoints, UnknownEventTypes
from services.webhooks.endpoint.models import Endpoint, EndpointSecret
from services.webhooks.endpoint.repository import EndpointRepository
from services.webhooks.endpoint.secret import SecretBox, new_secret, shown
from shared.contracts.webhooks import (
    DisabledReason,
    EndpointChanged,
    EndpointCreated,
    EndpointDeleted,
    EndpointDisabled,
)
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.problems import FieldError
from shared.kit.text import Text
from shared.queue.outbox import publish

ONLY_FAILURES_FOR = timedelta(hours=120)


@dataclass(frozen=True)
class NewEndpoint:
    """What a caller gives; the URL has been checked by the egress rules."""

    url: str
    description: str
    event_types: list[str]
    created_by: UUID


class EndpointService:
    """The endpoints of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._endpoints = EndpointRepository(session)

    async def create(self, new: NewEndpoint, box: SecretBox, limit: int) -> tuple[Endpoint, str]:
        """A new, enabled endpoint and its secret. Raises UnknownEventTypes, TooManyEndpoints."""
        types = _known(new.event_types)
        if await self._endpoints.count() >= limit:
            raise TooManyEndpoints(limit=limit)
        endpoint = Endpoint(
            tenant_id=tenant_of(self._session),
            url=new.url,
            description=new.description,
            event_types=types,
            created_by=new.created_by,
        )
        await self._endpoints.add(endpoint)
        secret = await self._add_secret(endpoint.id, box)
        await publish(self._session, EndpointCreated(endpoint_id=endpoint.id))
        return endpoint, secret

    async def get(self, endpoint_id: UUID, *, lock: bool = False) -> Endpoint:
        """One endpoint, locked against other changes on demand. Raises EndpointNotFound."""
        found = await self.find(endpoint_id, lock=lock)
        if found is None:
            raise EndpointNotFound()
        return found

    async def find(self, endpoint_id: UUID, *, lock: bool = False) -> Endpoint | None:
        """The same for one that may have been deleted meanwhile."""
        return await self._endpoints.find(endpoint_id, lock=lock)

    async def page(self, after: UUID | None, limit: int) -> Sequence[Endpoint]:
        """At most `limit` endpoints in order of creation."""
        return await self._endpoints.list(after, limit)

    async def subscribed_to(self, event_type: str) -> Sequence[UUID]:
        """The enabled endpoints that want `event_type`."""
        return await self._endpoints.subscribed_to(event_type)

    async def change(self, endpoint: Endpoint, changes: dict[str, Any]) -> Endpoint:
        """Apply changes of `url`, `description`, `event_types`, `state`; the endpoint is locked by `get`."""
        state = changes.pop("state", None)
        if "event_types" in changes:
            changes["event_types"] = _known(changes["event_types"])
        changed = {name: value for name, value in changes.items() if getattr(endpoint, name) != value}
        for name, value in changed.items():
            setattr(endpoint, name, value)
        if state == "disabled" and endpoint.state == "enabled":
            await self.disable(endpoint, "manual")
        if state == "enabled" and endpoint.state == "disabled":
            endpoint.state, endpoint.disabled_reason, endpoint.disabled_at = "enabled", None, None
            endpoint.failing_since = None
            changed["state"] = state
        if changed:
            await self._announce(endpoint, tuple(sorted(changed)))
        return endpoint

    async def delete(self, endpoint: Endpoint) -> None:
        """Remove the endpoint, its secrets and its delivery log."""
        await self._endpoints.delete(endpoint)
        await publish(self._session, EndpointDeleted(endpoint_id=endpoint.id))

    async def rotate(self, endpoint: Endpoint, box: SecretBox, overlap: timedelta) -> tuple[str, datetime]:
        """A new secret, and when the former ones end; until then a delivery carries a signature by each."""
        former_end = clock.now() + overlap
        await self._endpoints.expire_secrets(endpoint.id, former_end)
        secret = await self._add_secret(endpoint.id, box)
        await self._announce(endpoint, ("secret",))
        return secret, former_end

    async def signing_secrets(self, endpoint_id: UUID, box: SecretBox) -> list[bytes]:
        """The secrets that sign now, the newest first."""
        tenant = tenant_of(self._session)
        rows = await self._endpoints.secrets(endpoint_id, clock.now())
        return [box.open(row.sealed, tenant, row.id) for row in rows]

    async def note_success(self, endpoint: Endpoint) -> None:
        """Something got through: the endpoint is well."""
        if endpoint.failing_since is not None:
            endpoint.failing_since = None
            endpoint.touch()

    async def note_failure(self, endpoint: Endpoint, *, is_gone: bool) -> None:
        """An attempt failed: disable at once if the receiver said 410, or after 120 hours of nothing but failures."""
        if endpoint.state == "disabled":
            return
        if endpoint.failing_since is None:
            endpoint.failing_since = clock.now()
            endpoint.touch()
        if is_gone:
            await self.disable(endpoint, "gone")
        elif clock.now() - endpoint.failing_since >= ONLY_FAILURES_FOR:
            await self.disable(endpoint, "failing")

    async def disable(self, endpoint: Endpoint, reason: DisabledReason) -> None:
        """Send nothing more; what waits is discarded when its time comes."""
        endpoint.state, endpoint.disabled_reason, endpoint.disabled_at = "disabled", reason, clock.now()
        endpoint.touch()
        await publish(self._session, EndpointDisabled(endpoint_id=endpoint.id, reason=reason))

    async def created_by(self, account: UUID) -> Sequence[Endpoint]:
        """The endpoints that an account registered."""
        return await self._endpoints.created_by(account)

    async def forget_creator(self, account: UUID) -> int:
        """Take the account off the endpoints that it registered, which stay the tenant's; how many there were."""
        found = await self._endpoints.created_by(account)
        for endpoint in found:
            endpoint.created_by = None
        return len(found)

    async def _add_secret(self, endpoint_id: UUID, box: SecretBox) -> str:
        tenant, secret_id, secret = tenant_of(self._session), new_id(), new_secret()
        sealed = box.seal(secret, tenant, secret_id)
        row = EndpointSecret(
            tenant_id=tenant, id=secret_id, endpoint_id=endpoint_id, sealed=sealed, created_at=clock.now()
        )
        await self._endpoints.add(row)
        return shown(secret)

    async def _announce(self, endpoint: Endpoint, fields: tuple[str, ...]) -> None:
        endpoint.touch()
        names = tuple("eventTypes" if field == "event_types" else field for field in fields)
        await publish(self._session, EndpointChanged(endpoint_id=endpoint.id, version=endpoint.version, fields=names))


def _known(wanted: list[str]) -> list[str]:
    """`wanted` without repetitions. Raises UnknownEventTypes, also where `*` stands beside others."""
    types = sorted(set(wanted))
    if types == ["*"]:
        return types
    unknown = unknown_types(types)
    if unknown:
        detail = Text(
            sv="Välj ur GET /event-types, eller bara *",
            en="Choose from GET /event-types, or * alone",
            da="Vælg fra GET /event-types, eller * alene",
        )
        places = [
            FieldError(pointer=f"#/eventTypes/{wanted.index(name)}", detail=detail, code="unknown-event-type")
            for name in unknown
        ]
        raise UnknownEventTypes(detail, errors=places)
    return types
