"""What is known here of somebody who has logged in, read in one statement; see `shared.kit.hot`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.login_name import is_scoped, login_digest, scope_of
from services.identity.alternative.subject import subject_digest
from services.identity.population.queries import POPULATIONS, shut_out_query
from services.identity.proof.login import ProvenLogin
from services.identity.provider.models import IdentityProvider
from shared.kit import clock
from shared.kit.db import Database, hot_rows_in

_ONE = "COALESCE(named.id, known.id)"
_READ = f"""
SELECT EXISTS (
           SELECT FROM login_scope s
           WHERE s.tenant_id = tenant.id AND s.domain = $3::text AND s.state = 'verified') AS is_own,
       named.id AS named_id, named.state AS named_state, known.id AS known_id, known.state AS known_state,
       NOT EXISTS ({shut_out_query("tenant.id", _ONE, "$5::date", "$6::text[]")}) AS is_let_in,
       EXISTS (SELECT FROM membership m WHERE m.tenant_id = tenant.id AND m.account_id = {_ONE}) AS has_role
FROM (SELECT) AS one
LEFT JOIN (
    SELECT a.id, a.state FROM account_login l JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
    WHERE l.tenant_id = tenant.id AND l.digest = $2::bytea) named ON true
LEFT JOIN (
    SELECT a.id, a.state FROM account_alternative l JOIN account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
    WHERE l.tenant_id = tenant.id AND l.subject_hash = $4::bytea) known ON true
LIMIT 1
"""


@dataclass(frozen=True)
class Candidate:
    """An account that a login may be for. `has_role` tells of its home tenant alone."""

    id: UUID
    state: str
    is_let_in: bool
    has_role: bool


@dataclass(frozen=True)
class Known:
    """Whether the login name's domain is the tenant's, and the accounts that name and subject lead to."""

    is_own: bool
    by_name: Candidate | None
    by_subject: Candidate | None


async def read(database: Database, provider: IdentityProvider, proven: ProvenLogin) -> Known:
    """What is known, in one round trip."""
    return _known(await database.hot_rows(provider.tenant_id, _READ, *_values(provider, proven)))


async def read_in(session: AsyncSession, provider: IdentityProvider, proven: ProvenLogin) -> Known:
    """The same inside a transaction of the session's tenant."""
    return _known(await hot_rows_in(session, _READ, *_values(provider, proven)))


def _values(provider: IdentityProvider, proven: ProvenLogin) -> tuple[Any, ...]:
    # A provider of scoped names speaks for no name without a scope.
    counts = is_scoped(proven.login_name) or not provider.is_scoped
    return (
        login_digest(proven.login_name) if counts else None,
        scope_of(proven.login_name),
        subject_digest(provider.issuer, proven.subject),
        clock.today(),
        provider.populations or list(POPULATIONS),
    )


def _known(rows: list[Any]) -> Known:
    (row,) = rows
    return Known(row["is_own"], _candidate(row, "named"), _candidate(row, "known"))


def _candidate(row: Mapping[str, Any], how: str) -> Candidate | None:
    if row[f"{how}_id"] is None:
        return None
    return Candidate(row[f"{how}_id"], row[f"{how}_state"], row["is_let_in"], row["has_role"])
