"""A login whose answer has come back, used up in one statement; see `shared.kit.hot`."""

from dataclasses import dataclass
from uuid import UUID

from services.identity.authorization.models import LoginRequest
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.hot import read_model

# Used by the condition of the upsert alone: of two answers at once, the second finds `used_at` set.
_USE = """used AS (
INSERT INTO login_request AS r
SELECT hot.* FROM tenant CROSS JOIN LATERAL (
    SELECT q.* FROM login_request q
    WHERE q.tenant_id = tenant.id AND q.state_hash = $2 AND q.browser_hash = $3 AND q.used_at IS NULL
      AND q.expires_at > $4 LIMIT 1) hot
ON CONFLICT (tenant_id, id) DO UPDATE SET used_at = $4
WHERE r.used_at IS NULL AND r.state_hash = $2 AND r.browser_hash = $3 RETURNING r.*)"""
_USED = """SELECT u.*, (
    SELECT p.xmin::text FROM identity_provider p WHERE p.tenant_id = u.tenant_id AND p.id = u.provider_id LIMIT 1
) AS provider_revision FROM used u LIMIT 1"""


@dataclass(frozen=True)
class UsedLogin:
    """The login under way, and the revision of its provider's row; None where the provider is gone."""

    row: LoginRequest
    provider_revision: str | None


async def use_login(database: Database, tenant: UUID, state_hash: bytes, browser_hash: bytes) -> UsedLogin | None:
    """The login that a provider's answer ends, once; None for any other answer."""
    rows = await database.hot_change(tenant, _USE, _USED, state_hash, browser_hash, clock.now())
    return UsedLogin(read_model(LoginRequest, rows[0]), rows[0]["provider_revision"]) if rows else None
