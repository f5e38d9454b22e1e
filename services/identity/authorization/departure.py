"""A login that leaves for a provider, bound to it in one statement; see `shared.kit.hot`."""

from dataclasses import dataclass
from uuid import UUID

from services.identity.authorization.errors import LoginExpired, NoLoginHere
from services.identity.authorization.request import AuthorizationRequest
from shared.kit import clock
from shared.kit.db import Database

# A trial's login has its provider, and belongs to no browser until the first one departs with it. The conditions stand
# twice, since the upsert judges them by the row as it is when it is locked.
_DEPART = """found AS MATERIALIZED (
SELECT hot.* FROM tenant CROSS JOIN LATERAL (
    SELECT q.* FROM login_request q
    WHERE q.tenant_id = tenant.id AND q.handle_hash = $2 AND q.used_at IS NULL AND q.expires_at > $4
      AND (q.browser_hash = $3 OR q.purpose = 'trial' AND q.browser_hash IS NULL) LIMIT 1) hot),
chosen AS MATERIALIZED (
SELECT hot.id FROM tenant CROSS JOIN LATERAL (
    SELECT p.id FROM identity_provider p
    WHERE p.tenant_id = tenant.id AND p.state = 'active' AND p.protocol = $5 AND ($6::uuid IS NULL OR p.id = $6)
    ORDER BY p.id LIMIT 1) hot),
departed AS (
INSERT INTO login_request AS r SELECT found.* FROM found
ON CONFLICT (tenant_id, id) DO UPDATE
SET provider_id = CASE r.purpose WHEN 'trial' THEN r.provider_id ELSE (SELECT id FROM chosen) END,
    browser_hash = $3, state_hash = $7, nonce = $8, code_verifier = $9, protocol_request_id = $10
WHERE r.used_at IS NULL AND (r.browser_hash = $3 OR r.purpose = 'trial' AND r.browser_hash IS NULL)
  AND (r.purpose = 'trial' OR EXISTS (SELECT FROM chosen))
RETURNING r.id, r.provider_id)"""
_DEPARTED = """SELECT f.request::text AS asked, f.purpose, f.expected_account_id, f.trial_id, d.provider_id,
       EXISTS (SELECT FROM chosen) AS has_provider, (
    SELECT p.xmin::text FROM identity_provider p WHERE p.tenant_id = f.tenant_id AND p.id = d.provider_id LIMIT 1
) AS provider_revision FROM found f LEFT JOIN departed d ON d.id = f.id LIMIT 1"""


@dataclass(frozen=True)
class Leaving:
    """What binds a login to its way: digests of its handle, its browser and the state that it takes along, and what
    the protocol must find again when the answer comes. `provider_id` is whom the person chose among several."""

    handle_hash: bytes
    browser_hash: bytes
    state_hash: bytes
    protocol: str
    provider_id: UUID | None
    nonce: str | None
    code_verifier: str | None
    request_id: str | None


@dataclass(frozen=True)
class Departed:
    """A login under way: what was asked (nothing on trial), and where it goes, by the revision of that row."""

    request: AuthorizationRequest | None
    purpose: str
    expected_account_id: UUID | None
    trial_id: UUID | None
    provider_id: UUID
    provider_revision: str | None


async def depart(database: Database, tenant: UUID, leaving: Leaving) -> Departed:
    """Send a login off: to the one provider of a trial, else to the active one that was chosen, or the first of the
    protocol. Raises LoginExpired, NoLoginHere."""
    rows = await database.hot_change(
        tenant,
        _DEPART,
        _DEPARTED,
        leaving.handle_hash,
        leaving.browser_hash,
        clock.now(),
        leaving.protocol,
        leaving.provider_id,
        leaving.state_hash,
        leaving.nonce,
        leaving.code_verifier,
        leaving.request_id,
    )
    if not rows:
        raise LoginExpired()
    row = dict(rows[0])
    asked, has_provider = row.pop("asked"), row.pop("has_provider")
    if row["provider_id"] is None:
        raise LoginExpired() if has_provider else NoLoginHere()
    return Departed(request=AuthorizationRequest.model_validate_json(asked) if asked else None, **row)
