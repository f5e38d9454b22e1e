"""Which assurance a data class demands of whom: the defaults [AU-S], and this service's copy of the tenants' own rules.

Permission is scope and role and assurance. A rule belongs to a holder (a role, or the guardians, or the pupils) and a
data class. identity keeps the tenants' rules and tells of each change; a service keeps a copy with `record_rule` and
reads it through `AssuranceRules`. Where a tenant has no rule, the default holds.

A program has no person and so no factors: its client authentication counts as one factor, which opens what is ordinary
or confidential to the roles that a strongly logged-in administrator gave it, and never what is sensitive.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.auth.principal import Acr, Principal
from shared.auth.roles import CHILDREN, NOT_STAFF, Role
from shared.contracts.base import EventEnvelope
from shared.contracts.identity_assurance import AssurancePolicyChanged
from shared.kit import clock
from shared.kit.db import Database, tenant_of
from shared.kit.files.stored import DataClass

CACHE_FOR = timedelta(seconds=15)
SENSITIVE_FOR = timedelta(minutes=15)
"""How long after the login sensitive data may be read."""

HOLDERS: tuple[str, ...] = (*(role.value for role in Role), *(one.value for one in NOT_STAFF))
"""Whom a rule can speak of."""


@dataclass(frozen=True)
class Rule:
    """What a data class demands of a holder. With `is_open` false no login whatever opens it."""

    min_acr: Acr
    max_age: timedelta | None = None
    is_open: bool = True

    def is_met_by(self, principal: Principal) -> bool:
        """Whether the person's login was strong and recent enough."""
        if not self.is_open or principal.acr is None or not principal.acr.at_least(self.min_acr):
            return False
        if self.max_age is None:
            return True
        return principal.auth_time is not None and clock.now() - principal.auth_time <= self.max_age

    def demand(self) -> tuple[bool, int, float]:
        """A key to sort by, from the least demanding rule to the most."""
        return not self.is_open, list(Acr).index(self.min_acr), -(self.max_age or timedelta.max).total_seconds()

    def loosens(self, former: "Rule") -> bool:
        """Whether somebody gets in by this rule whom `former` kept out."""
        if not self.is_open:
            return False
        is_longer = former.max_age is not None and (self.max_age is None or self.max_age > former.max_age)
        return not former.is_open or is_longer or not self.min_acr.at_least(former.min_acr)


@cache
def default_rule(holder: str, data_class: DataClass) -> Rule:
    """The strict default: staff and guardians by class; pupils reach their own confidential data, never the sensitive.

    The programme only recommends two factors for sensitive data and leaves the pupils' row open [AU-S].
    """
    if data_class is DataClass.ordinary:
        return Rule(Acr.basic)
    is_child = holder == CHILDREN
    if data_class is DataClass.confidential:
        return Rule(Acr.basic if is_child else Acr.strong)
    return Rule(Acr.strong, SENSITIVE_FOR, is_open=not is_child)


Rules = Mapping[tuple[str, DataClass], Rule]


class AssuranceRules:
    """The tenants' own rules, each tenant's read at most every `CACHE_FOR`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[UUID, tuple[datetime, Rules]] = {}
        self._locks: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, tenant: UUID | None) -> Rules:
        """By holder and class; empty for what has no tenant, where the defaults hold."""
        if tenant is None:
            return {}
        known = self._known.get(tenant)
        if known is not None and clock.now() - known[0] < CACHE_FOR:
            return known[1]
        async with self._locks[tenant]:
            known = self._known.get(tenant)
            if known is None or clock.now() - known[0] >= CACHE_FOR:
                read_at = clock.now()
                async with self._database.transaction(tenant) as session:
                    known = self._known[tenant] = (read_at, await rules_of(session))
            return known[1]


async def rules_of(session: AsyncSession) -> Rules:
    """What the session's tenant has ruled itself."""
    rows = await session.execute(
        text("SELECT holder, data_class, is_open, min_acr, max_age_seconds FROM assurance_rule")
    )
    return {
        (row.holder, DataClass(row.data_class)): Rule(Acr(row.min_acr), _age(row.max_age_seconds), row.is_open)
        for row in rows
    }


def _age(seconds: int | None) -> timedelta | None:
    return timedelta(seconds=seconds) if seconds is not None else None


async def record_rule(session: AsyncSession, _: EventEnvelope, event: AssurancePolicyChanged) -> None:
    """Consumer of `identity.assurance_policy.changed.v1`; a replay or a late event never undoes a later rule."""
    await set_rule(session, event)


async def set_rule(session: AsyncSession, event: AssurancePolicyChanged) -> None:
    """Keep the rule of the event, unless a later one of the same holder and class is here."""
    await session.execute(
        text(
            "INSERT INTO assurance_rule AS kept (tenant_id, holder, data_class, is_open, min_acr, max_age_seconds,"
            " version) VALUES (:tenant, :holder, :data_class, :is_open, :min_acr, :max_age, :version)"
            " ON CONFLICT (tenant_id, holder, data_class) DO UPDATE SET is_open = excluded.is_open,"
            " min_acr = excluded.min_acr, max_age_seconds = excluded.max_age_seconds, version = excluded.version"
            " WHERE kept.version < excluded.version"
        ),
        {
            "tenant": tenant_of(session),
            "holder": event.holder,
            "data_class": event.data_class,
            "is_open": event.is_open,
            "min_acr": event.min_acr,
            "max_age": event.max_age_seconds,
            "version": event.version,
        },
    )


class Judgement(NamedTuple):
    """`principal` is the caller with the roles that may act here; None where `missing` is not met.

    `missing` is the least demanding rule that would open the way, None where no login does.
    """

    principal: Principal | None
    missing: Rule | None = None


def judge(
    caller: Principal, data_class: DataClass, rules: Rules, accepted: Collection[Role] = (), *, everywhere: bool = False
) -> Judgement:
    """Whether the caller's login opens `data_class` to one of the accepted roles that the caller holds.

    A role whose rule is not met does not count: what it reaches must not be had by the assurance of another. Guardians
    and pupils are judged as such, whatever role they hold besides; who holds no role at all as a participant.
    """
    if is_program(caller):
        return Judgement(caller if data_class is not DataClass.sensitive else None)
    if caller.population is not None and caller.population in NOT_STAFF:
        return _judge_by(_find(rules, caller.population, data_class), caller)
    acting = [
        grant.role
        for grant in caller.roles
        if (not accepted or grant.role in accepted) and not (everywhere and grant.unit)
    ]
    if not acting:
        return _judge_by(_find(rules, Role.participant, data_class), caller)
    demands = {grant.role: _find(rules, grant.role, data_class) for grant in caller.roles}
    unmet = {role for role, rule in demands.items() if not rule.is_met_by(caller)}
    if not unmet:
        return Judgement(caller)
    if unmet.issuperset(acting):
        return _judge_by(min((demands[role] for role in acting), key=Rule.demand), caller)
    return Judgement(replace(caller, roles=tuple(grant for grant in caller.roles if grant.role not in unmet)))


def is_program(caller: Principal) -> bool:
    """Whether no person logged in: identity writes how and when into every person's token."""
    return caller.acr is None and caller.auth_time is None


def _judge_by(rule: Rule, caller: Principal) -> Judgement:
    if rule.is_met_by(caller):
        return Judgement(caller)
    return Judgement(None, rule if rule.is_open else None)


def _find(rules: Rules, holder: str, data_class: DataClass) -> Rule:
    own = rules.get((holder, data_class)) if rules else None
    return own if own is not None else default_rule(holder, data_class)
