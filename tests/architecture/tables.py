"""What a migrated database says about itself (pg_catalog), and the rules that hold tenants apart in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import asyncpg

# How PostgreSQL writes the policy of shared.kit.migrations.protect back.
_TENANT = "(NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid"
MINE = f"(tenant_id = {_TENANT})"
# Tables of the kit give rows without a tenant the nil UUID.
MINE_OR_NONE = f"(tenant_id = COALESCE({_TENANT}, '00000000-0000-0000-0000-000000000000'::uuid))"
ALLOWED_GRANTS = {"SELECT", "INSERT", "UPDATE", "DELETE"}


@dataclass(frozen=True)
class Policy:
    name: str
    roles: tuple[str, ...]
    permissive: bool
    using: str | None
    check: str | None
    command: str


@dataclass
class Table:
    name: str
    columns: dict[str, bool]
    """Name -> may be null."""
    enabled: bool
    forced: bool
    policies: list[Policy] = field(default_factory=list)
    primary_key: tuple[str, ...] = ()
    unique: dict[str, tuple[str, ...]] = field(default_factory=dict)
    foreign_keys: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    grants: dict[str, set[str]] = field(default_factory=dict)


TABLES = """
SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
       array_agg(a.attname ORDER BY a.attnum) AS columns, array_agg(NOT a.attnotnull ORDER BY a.attnum) AS nullable
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') GROUP BY c.oid ORDER BY 1
"""
POLICIES = """
SELECT tablename AS table, policyname AS name, roles::text[] AS roles, permissive = 'PERMISSIVE' AS permissive,
       qual AS using, with_check AS check, cmd AS command
FROM pg_policies WHERE schemaname = 'public'
"""
INDEXES = """
SELECT t.relname AS table, i.relname AS name, x.indisprimary AS is_primary,
       array_agg(pg_get_indexdef(x.indexrelid, n::int, false) ORDER BY n) AS columns
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
     CROSS JOIN generate_series(1, x.indnkeyatts) n
WHERE t.relnamespace = 'public'::regnamespace AND x.indisunique GROUP BY 1, 2, 3
"""
FOREIGN_KEYS = """
SELECT t.relname AS table, k.conname AS name,
       (SELECT array_agg(a.attname ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u(num, n)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num) AS own,
       (SELECT array_agg(a.attname ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u(num, n)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num) AS theirs
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
WHERE t.relnamespace = 'public'::regnamespace AND k.contype = 'f'
"""
GRANTS = """
SELECT c.relname AS table, coalesce(r.rolname, 'PUBLIC') AS role, g.privilege_type AS privilege
FROM pg_class c CROSS JOIN aclexplode(c.relacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""
LEAKY_VIEWS = """
SELECT relname FROM pg_class WHERE relnamespace IN ('public'::regnamespace, to_regnamespace('past'))
  AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce(reloptions::text ~ 'security_invoker=(true|on|1)', false))
"""
DEFINERS = """
SELECT p.oid::regprocedure::text AS signature, p.proconfig AS settings,
       EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
               WHERE g.grantee = 0 AND g.privilege_type = 'EXECUTE') AS is_open
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
"""
ROLES = """
SELECT r.rolname AS name, r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication AS powerful,
       r.rolbypassrls AS bypasses, array(SELECT g.rolname::text FROM pg_auth_members m
                                         JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid) AS member_of
FROM pg_roles r WHERE r.rolname = ANY ($1::text[])
"""


async def read_tables(connection: asyncpg.Connection) -> dict[str, Table]:
    """Every table of the database but alembic's own bookkeeping."""
    tables = {
        row["name"]: Table(
            row["name"], dict(zip(row["columns"], row["nullable"], strict=True)), row["enabled"], row["forced"]
        )
        for row in await connection.fetch(TABLES)
    }
    for row in await connection.fetch(POLICIES):
        details = (row["permissive"], row["using"], row["check"], row["command"])
        tables[row["table"]].policies.append(Policy(row["name"], tuple(row["roles"]), *details))
    for row in await connection.fetch(INDEXES):
        if row["is_primary"]:
            tables[row["table"]].primary_key = tuple(row["columns"])
        else:
            tables[row["table"]].unique[row["name"]] = tuple(row["columns"])
    for row in await connection.fetch(FOREIGN_KEYS):
        tables[row["table"]].foreign_keys[row["name"]] = (tuple(row["own"]), tuple(row["theirs"]))
    for row in await connection.fetch(GRANTS):
        tables[row["table"]].grants.setdefault(row["role"], set()).add(row["privilege"])
    tables.pop("alembic_version", None)
    return tables


def broken(table: Table, service: str) -> Iterator[tuple[str, str]]:
    """Each rule that a table breaks, by name, and how."""
    if "tenant_id" not in table.columns:
        yield "tenant", "has no tenant_id"
    elif table.columns["tenant_id"]:
        yield "tenant", "tenant_id may be null"
    yield from broken_security(table, service)
    yield from broken_keys(table)
    yield from broken_grants(table, service)


def broken_security(table: Table, service: str) -> Iterator[tuple[str, str]]:
    if not (table.enabled and table.forced):
        yield "row-security", "row security is not enabled and forced"
    own = [policy for policy in table.policies if f"{service}_app" in policy.roles]
    if not any(policy.command == "ALL" for policy in own):
        yield "policy", f"has no policy for {service}_app"
    for policy in table.policies:
        if policy.permissive and (reason := too_wide(policy, service)):
            yield reason


def too_wide(policy: Policy, service: str) -> tuple[str, str] | None:
    """Why a policy lets somebody see more than one tenant; None for the owner's, who migrates all."""
    if policy.roles == (f"{service}_owner",):
        return None
    if policy.roles == (f"{service}_relay",):
        return "relay", f"policy {policy.name} opens all tenants to the relay role"
    if policy.roles != (f"{service}_app",):
        return "policy", f"policy {policy.name} is for {policy.roles}"
    if policy.using in (MINE, MINE_OR_NONE) and policy.check == policy.using:
        return None
    return "policy", f"policy {policy.name} is not the tenant's: {policy.using} / {policy.check}"


def broken_keys(table: Table) -> Iterator[tuple[str, str]]:
    if table.primary_key[:1] != ("tenant_id",):
        yield "primary-key", f"primary key is {table.primary_key}"
    for name, columns in table.unique.items():
        if columns[0] != "tenant_id":
            yield "unique", f"{name} is unique over {columns}, across tenants"
    for name, (own, theirs) in table.foreign_keys.items():
        if ("tenant_id", "tenant_id") not in zip(own, theirs, strict=True):
            yield "foreign-key", f"{name} points from {own} to {theirs} without the tenant"


def broken_grants(table: Table, service: str) -> Iterator[tuple[str, str]]:
    known = {f"{service}_{role}" for role in ("owner", "app", "relay", "backup")}
    for role, privileges in table.grants.items():
        if role not in known:
            yield "grant", f"{sorted(privileges)} is granted to {role}"
        elif role != f"{service}_owner" and (more := privileges - ALLOWED_GRANTS):
            yield "grant", f"{role} may {sorted(more)}"
        elif role == f"{service}_backup" and privileges != {"SELECT"}:
            yield "grant", f"{role} may more than read"


@dataclass(frozen=True)
class Exempt:
    """Rules that do not hold for a table, and why that is safe."""

    rules: frozenset[str]
    why: str


def findings(
    tables: Mapping[str, Table], service: str, exempt: Mapping[tuple[str, str], Exempt]
) -> tuple[list[str], set[tuple[str, str, str]]]:
    """What is broken and not exempt; and which exemptions were needed, as (service or *, table, rule)."""
    found, used = [], set()
    for table in tables.values():
        keys = [key for key in ((service, table.name), ("*", table.name)) if key in exempt]
        for rule, what in broken(table, service):
            excuse = next((key for key in keys if rule in exempt[key].rules), None)
            if excuse is None:
                found.append(f"{table.name}: {rule}: {what}")
            else:
                used.add((*excuse, rule))
    return found, used
