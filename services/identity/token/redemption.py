"""A code becomes a family in one statement; see `shared.kit.hot`.

For a code whose person is at home where it is good: any other, unknown, used and expired ones included, finds nothing
here and goes through `TokenService`. The statement uses the code up whoever brings it, and writes the family for the
client, address, verifier and key that the code was made for, while account, session, role and tenant stand.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson

from services.identity.membership.service import Standing, standing_of
from services.identity.population.queries import group_query, parts_query
from services.identity.protocol.refusal import Refusal
from services.identity.token.issue import PersonGrant
from services.identity.token.service import (
    Granted,
    Holder,
    Lifetimes,
    Redirect,
    challenge_of,
    no_access,
    unfit_code,
)
from shared.auth import Population
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.handle import Handle
from shared.kit.ids import new_id

# The session is found by its key and nothing else (LIMIT), or all sessions that the account ever had might be read.
_PARTS = f"""
used AS (
    INSERT INTO authorization_code AS r
    SELECT hot.* FROM tenant CROSS JOIN LATERAL (
        SELECT q.* FROM authorization_code q
        WHERE q.tenant_id = tenant.id AND q.code_hash = $2 AND q.used_at IS NULL AND q.expires_at > $3
          AND q.home_tenant_id = q.tenant_id LIMIT 1) hot
    ON CONFLICT (tenant_id, id) DO UPDATE SET used_at = $3, family_id = $4
    WHERE r.used_at IS NULL RETURNING r.*),
standing AS (
    SELECT found.* FROM used u CROSS JOIN LATERAL (
        SELECT coalesce(
                   (SELECT jsonb_agg(jsonb_build_array(m.role, m.unit_id, m.side) ORDER BY m.id) FROM membership m
                    WHERE m.tenant_id = u.tenant_id AND m.account_id = u.account_id),
                   ({parts_query("u.tenant_id", "a.person_id", "$5::date")}))::text AS roles,
               ({group_query("u.tenant_id", "a.person_id", "$5::date")}) AS population,
               a.person_id
        FROM account a
        CROSS JOIN LATERAL (
            SELECT q.account_id, q.ended_at, q.expires_at FROM sso_session q
            WHERE q.tenant_id = u.tenant_id AND q.id = u.session_id LIMIT 1) s
        JOIN public.tenant t ON t.id = a.tenant_id
        WHERE a.tenant_id = u.tenant_id AND a.id = u.account_id AND a.state = 'open' AND s.account_id = a.id
          AND s.ended_at IS NULL AND s.expires_at > $3 AND t.state = 'active' LIMIT 1) found),
family AS (
    INSERT INTO refresh_family (tenant_id, id, client_id, home_tenant_id, account_id, session_id, scope, acr, amr,
                                auth_time, dpop_jkt, created_at, expires_at)
    SELECT u.tenant_id, $4, u.client_id, u.home_tenant_id, u.account_id, u.session_id, u.scope, u.acr, u.amr,
           u.auth_time, $10::text, $3, $11
    FROM used u CROSS JOIN standing
    WHERE standing.roles IS NOT NULL AND u.client_id = $6 AND u.redirect_uri = $7::text AND u.code_challenge = $8::text
      AND (u.dpop_jkt IS NULL OR u.dpop_jkt = $9::text)
    RETURNING *),
part AS (
    INSERT INTO session_client (tenant_id, id, session_id, client_id, token_tenant_id, told_session_id, created_at)
    SELECT f.tenant_id, $12, f.session_id, f.client_id, f.tenant_id, f.session_id, $3 FROM family f
    ON CONFLICT DO NOTHING),
token AS (
    INSERT INTO refresh_token (tenant_id, id, family_id, token_hash, created_at, expires_at)
    SELECT f.tenant_id, $13, f.id, $14::bytea, $3, LEAST($15, f.expires_at) FROM family f
    WHERE $14::bytea IS NOT NULL AND 'offline_access' = ANY (string_to_array(f.scope, ' ')) RETURNING id)
"""
_REDEEMED = """
SELECT u.tenant_id, u.client_id, u.redirect_uri, u.code_challenge, u.dpop_jkt, u.nonce, u.scope, u.acr,
       u.amr::text AS amr, u.auth_time, u.account_id, u.session_id, standing.roles, standing.population,
       standing.person_id,
       EXISTS (SELECT FROM family) AS is_granted, EXISTS (SELECT FROM token) AS is_refreshable
FROM used u LEFT JOIN standing ON true LIMIT 1
"""


async def redeem(
    database: Database, code: Handle, holder: Holder, redirect: Redirect, lifetimes: Lifetimes
) -> Granted | Refusal | None:
    """Use the code up, as RFC 6749 section 4.1.3 and PKCE have it; None, with nothing done, for one that is not this
    statement's. It grants by the rules that are told here; where it wrote no family nothing is granted."""
    now, client, token = clock.now(), holder.client, Handle.new(code.tenant)
    rows = await database.hot_change(
        code.tenant,
        _PARTS,
        _REDEEMED,
        code.digest,
        now,
        new_id(),
        clock.today(),
        client.client_id,
        redirect.uri,
        challenge_of(redirect.verifier),
        holder.key,
        holder.key if client.kind == "public" else None,
        now + lifetimes.longest,
        new_id(),
        new_id(),
        token.digest if client.may("refresh_token") else None,
        now + lifetimes.idle,
    )
    if not rows:
        return None
    row = rows[0]
    if refusal := unfit_code(row, holder, redirect):
        return refusal
    standing = _standing(row)
    if standing is None or not row["is_granted"]:
        return no_access()
    return Granted(_grant(row, standing, holder), token.text if row["is_refreshable"] else None)


def _standing(row: Mapping[str, Any]) -> Standing | None:
    held = [(role, unit and UUID(unit), side) for role, unit, side in orjson.loads(row["roles"] or "[]")]
    standing = standing_of(held)
    if standing is None:
        return None
    group = row["population"]
    return replace(standing, population=Population(group) if group else None, person_id=row["person_id"])


def _grant(row: Mapping[str, Any], standing: Standing, holder: Holder) -> PersonGrant:
    return PersonGrant(
        account_id=row["account_id"],
        tenant=row["tenant_id"],
        standing=standing,
        client_id=row["client_id"],
        scope=row["scope"],
        acr=row["acr"],
        amr=tuple(orjson.loads(row["amr"])),
        auth_time=row["auth_time"],
        session_id=row["session_id"],
        nonce=row["nonce"],
        key=holder.key,
    )
