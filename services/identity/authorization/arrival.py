"""A login whose answer has come back, used up in one statement; see `shared.kit.hot`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.identity.authorization.request import AuthorizationRequest
from shared.kit import clock
from shared.kit.db import Database

# Used by the condition of the upsert alone: of two answers at once, the second finds `used_at` set.
_USE = """used AS (
INSERT INTO login_request AS r
SELECT hot.* FROM tenant CROSS JOIN LATERAL (
    SELECT q.* FROM login_request q
    WHERE q.tenant_id = tenant.id AND q.state_hash = $2 AND q.browser_hash = $3 AND q.used_at IS NULL
      AND q.expires_at > $4 LIMIT 1) hot
ON CONFLICT (tenant_id, id) DO UPDATE SET used_at = $4
WHERE r.used_at IS NULL AND r.state_hash = $2 AND r.browser_hash = $3 RETURNING r.*)"""
_USED = """SELECT u.request::text AS asked, u.provider_id, u.nonce, u.code_verifier, u.protocol_request_id,
       u.expected_account_id, u.former_session_id, u.created_at, u.trial_id, (
    SELECT p.xmin::text FROM identity_provider p WHERE p.tenant_id = u.tenant_id AND p.id = u.provider_id LIMIT 1
) AS provider_revision FROM used u LIMIT 1"""


@dataclass(frozen=True)
class UsedLogin:
    """What `LoginRequest` holds of a login that is used up, and the revision of its provider's row, None where the
    provider is gone."""

    request: AuthorizationRequest | None
    provider_id: UUID
    provider_revision: str | None
    nonce: str | None
    code_verifier: str | None
    protocol_request_id: str | None
    expected_account_id: UUID | None
    former_session_id: UUID | None
    created_at: datetime
    trial_id: UUID | None


async def use_login(database: Database, tenant: UUID, state_hash: bytes, browser_hash: bytes) -> UsedLogin | None:
    """The login that a provider's answer ends, once; None for any other answer."""
    rows = await database.hot_change(tenant, _USE, _USED, state_hash, browser_hash, clock.now())
    if not rows or rows[0]["provider_id"] is None:
        return None
    row = dict(rows[0])
    asked = row.pop("asked")
    return UsedLogin(request=AuthorizationRequest.model_validate_json(asked) if asked else None, **row)
