"""Tokens for programs (RFC 6749 section 4.4): a tenant's scripts at the API, our services at each other's routes."""

from dataclasses import dataclass
from uuid import UUID

from services.identity.authorization.request import check_scope
from services.identity.client.models import Client
from services.identity.protocol.form import Parameters
from services.identity.protocol.refusal import Refusal
from shared.kit.db import Database

_ACTIVE = "SELECT t.id FROM tenant t WHERE t.id = tenant.id AND t.state = 'active' LIMIT 1"


@dataclass(frozen=True)
class ProgramGrant:
    """What a program's token says. A service may act without a tenant (feeds) or be bound to one."""

    audience: str
    scope: str
    tenant: UUID | None


async def grant_program(database: Database, client: Client, form: Parameters) -> ProgramGrant:
    """What `client`, authenticated, may have of what it asks for. Raises Refusal."""
    audience = form.get("audience") or form.get("resource") or (client.audiences[0] if client.audiences else "")
    if audience not in client.audiences:
        raise Refusal("invalid_target", "the client may not have tokens for this audience")
    requested = form.get("scope")
    scope = check_scope(requested, client) if requested else " ".join(client.scopes)
    if client.kind == "script":
        if form.get("tenant") not in (None, str(client.tenant_id)):
            raise Refusal("invalid_target", "the client belongs to another tenant")
        return ProgramGrant(audience, scope, await _tenant(database, str(client.tenant_id)))
    return ProgramGrant(audience, scope, await _tenant(database, form.get("tenant")))


async def _tenant(database: Database, named: str | None) -> UUID | None:
    if named is None:
        return None
    try:
        tenant_id = UUID(named)
    except ValueError as error:
        raise Refusal("invalid_target", "tenant is not an id") from error
    if not await database.hot_rows(tenant_id, _ACTIVE):
        raise Refusal("invalid_target", "there is no such tenant")
    return tenant_id
