"""No row of one tenant can be reached from another: every table of every service, read from the migrated database."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.architecture import tables
from tests.architecture.tables import Exempt, findings, read_tables
from tests.architecture.test_services_are_uniform import OWNERS
from tests.support.databases import Clone, DatabaseUrls


def exempt(*rules: str, why: str) -> Exempt:
    return Exempt(frozenset(rules), why)


NOT_A_TENANTS = ("tenant", "row-security", "policy", "primary-key")
NO_PERSONAL_DATA = "holds ids and types only; the relay role carries it between tenants (design.md section 6)"

FEDERATION = "metadata that a federation publishes for everybody, shared by all tenants"

# Every table that leaves a rule, and why. A line that no table needs fails the test.
EXEMPT: dict[tuple[str, str], Exempt] = {
    ("*", "outbox"): exempt("primary-key", "relay", why=f"order of insertion; {NO_PERSONAL_DATA}"),
    ("*", "event_log"): exempt("primary-key", "policy", "relay", why=f"one gapless feed per owner; {NO_PERSONAL_DATA}"),
    ("*", "feed_head"): exempt(*NOT_A_TENANTS, why="one number: the last position given"),
    ("*", "feed_position"): exempt(*NOT_A_TENANTS, why="one number for each owner: how far its feed was applied"),
    ("*", "parked_event"): exempt("relay", why=f"{NO_PERSONAL_DATA}; the sweeper tries again"),
    ("*", "job"): exempt("relay", why="ids only; the sweeper starts lost jobs of all tenants again"),
    ("*", "idempotency"): exempt("relay", why="the relay role is granted created_at and DELETE alone: pruning by age"),
    ("identity", "tenant"): exempt(*NOT_A_TENANTS, "unique", why="the directory of tenants: names of organisations"),
    ("identity", "shared_issuer"): exempt(
        *NOT_A_TENANTS, "unique", why="names of providers that the operator lets several tenants use"
    ),
    ("sync", "evidence_key"): exempt(*NOT_A_TENANTS, why="public keys of the service, for whoever checks evidence"),
    ("identity", "signing_key"): exempt(*NOT_A_TENANTS, why="the issuer's keys, sealed; read before a tenant is known"),
    ("identity", "federation"): exempt(*NOT_A_TENANTS, "unique", why=f"{FEDERATION}; who signs and when it was read"),
    ("identity", "federation_generation"): exempt(*NOT_A_TENANTS, "foreign-key", why=f"{FEDERATION}; one document"),
    ("identity", "federation_entity"): exempt(*NOT_A_TENANTS, "foreign-key", why=f"{FEDERATION}; without the contacts"),
    ("identity", "membership"): exempt(
        "foreign-key", why="the account lives in its home tenant (design.md section 5), which the key names"
    ),
    ("identity", "login_scope"): exempt("unique", why="a domain is one tenant's at most, which no tenant may see"),
    ("webhooks", "delivery"): exempt("relay", why="ids, times and states: due deliveries are leased as jobs are"),
    ("webhooks", "public_event"): exempt("relay", why=f"{NO_PERSONAL_DATA}; dropped by age across tenants"),
}

# What must be read before a tenant is known; each function returns no personal data but to who brings its secret.
DEFINERS: dict[tuple[str, str], str] = {
    ("identity", "account_tenants(uuid)"): "where an account of the present tenant must be cut off: tenant ids alone",
    ("identity", "active_providers(text[],uuid)"): "who uses which identity provider of a federation; ids alone",
    ("identity", "holds_demo_data()"): "one bit, so that production refuses to start on demo data",
    ("identity", "login_scope_is_free(text)"): "one bit: whether another tenant has proved a domain, never which",
    ("projects", "plan_tenants()"): "the daily watch over what is overdue visits every tenant with a plan; ids alone",
    ("identity", "provider_is_claimed(text)"): "one bit: whether another tenant uses a provider; never which",
    ("identity", "retention_tenants()"): "the nightly purge visits every tenant with something to purge; ids alone",
    ("projects", "retention_tenants()"): "the same; ids alone",
    ("sync", "retention_tenants()"): "the same; ids alone",
    ("training", "retention_tenants()"): "the same; ids alone",
    ("identity", "journal_tenants()"): "the worker seals the journal of every tenant; ids alone",
    ("projects", "journal_tenants()"): "the worker seals the journal of every tenant; ids alone",
    ("projects", "journal_redact(uuid,text[])"): "takes a person out of the present tenant's images; returns a count",
    ("sync", "forget_reasons(uuid[])"): "takes names out of what people wrote, in the caller's tenant alone",
    ("sync", "copy_tenants()"): "the daily purge of copies visits every tenant that holds one; ids alone",
    ("sync", "fetch_tenants(timestamp with time zone)"): "the worker asks for what is due in every tenant; ids alone",
    ("sync", "roster_statistics()"): "a large roster is looked at by the planner once it is there; returns nothing",
    ("sync", "reference_statistics()"): "units and groups of a first load, before ties refer to them; returns nothing",
    ("sync", "register_tenants()"): "the worker sees to subscriptions at registers of every tenant; ids alone",
    (
        "sync",
        "tombstone_tenants(timestamp with time zone)",
    ): "the nightly purge visits every tenant with tombstones",
    ("training", "roster_tenants()"): "the daily refresh of coverage visits every tenant with a roster; ids alone",
    ("training", "platform_tenants()"): "logins are read for every tenant that has named its platform; ids alone",
}


@pytest.fixture
async def database(request: pytest.FixtureRequest, worker_database: Clone) -> AsyncIterator[asyncpg.Connection]:
    """A service's migrated database as its owner sees it; `request.param` is the service."""
    urls: DatabaseUrls = await worker_database(request.param)
    connection = await asyncpg.connect(urls.owner)
    yield connection
    await connection.close()


every_service = pytest.mark.parametrize("database", OWNERS, indirect=True)


async def service_of(connection: asyncpg.Connection) -> str:
    """Roles are `<service>_owner`."""
    return str(await connection.fetchval("SELECT current_user")).removesuffix("_owner")


@every_service
async def test_every_table_keeps_tenants_apart(database: asyncpg.Connection) -> None:
    found, _ = findings(await read_tables(database), await service_of(database), EXEMPT)
    assert found == []


async def test_no_exemption_is_left_over(worker_database: Clone) -> None:
    used: set[tuple[str, str, str]] = set()
    for service in OWNERS:
        connection = await asyncpg.connect((await worker_database(service)).owner)
        used |= findings(await read_tables(connection), service, EXEMPT)[1]
        await connection.close()
    listed = {(*key, rule) for key, one in EXEMPT.items() for rule in one.rules}
    assert sorted(listed - used) == []


@every_service
async def test_no_role_can_escape_row_security(database: asyncpg.Connection) -> None:
    service = await service_of(database)
    names = [f"{service}_{role}" for role in ("owner", "app", "relay", "backup")]
    roles = {row["name"]: row for row in await database.fetch(tables.ROLES, names)}
    assert sorted(roles) == sorted(names)
    assert [name for name, row in roles.items() if row["powerful"]] == []
    # The backup role reads everything, by definition, and may do nothing else (grants).
    assert [name for name, row in roles.items() if row["bypasses"]] == [f"{service}_backup"]
    assert {name: row["member_of"] for name, row in roles.items() if row["member_of"]} == {}


@every_service
async def test_no_view_shows_the_rows_of_its_owner(database: asyncpg.Connection) -> None:
    """A view without security_invoker reads as its owner, whom no tenant policy binds."""
    assert [row["relname"] for row in await database.fetch(tables.LEAKY_VIEWS)] == []


@every_service
async def test_functions_that_run_as_the_owner_are_on_the_list(database: asyncpg.Connection) -> None:
    found = {row["signature"]: row for row in await database.fetch(tables.DEFINERS)}
    own = await service_of(database)
    assert sorted(found) == sorted(name for service, name in DEFINERS if service == own)
    assert [name for name, row in found.items() if row["is_open"]] == [], "revoke EXECUTE from PUBLIC"
    loose = [name for name, row in found.items() if not any("search_path" in one for one in row["settings"] or ())]
    assert loose == [], "set search_path on the function"


# Each guard removed in turn: the check must see it. The names are those of the kit's own tables.
REMOVALS = {
    "row security": ("ALTER TABLE job NO FORCE ROW LEVEL SECURITY", "job: row-security"),
    "the tenant's policy": ("DROP POLICY job_tenant ON job", "job: policy"),
    "its condition": ("ALTER POLICY job_tenant ON job USING (true)", "job: policy"),
    "its condition on writing": ("ALTER POLICY job_tenant ON job WITH CHECK (true)", "job: policy"),
    "its role": ("ALTER POLICY job_tenant ON job TO PUBLIC", "job: policy"),
    "the composite key": (
        "ALTER TABLE access_cutoff DROP CONSTRAINT pk_access_cutoff, ADD PRIMARY KEY (account_id)",
        "access_cutoff: primary-key",
    ),
    "the tenant of a unique index": ("CREATE UNIQUE INDEX ux ON access_cutoff (account_id)", "access_cutoff: unique"),
    "the tenant of a foreign key": (
        "CREATE TABLE one (id uuid PRIMARY KEY); ALTER TABLE job ADD FOREIGN KEY (id) REFERENCES one (id)",
        "job: foreign-key",
    ),
    "the tenant itself": ("CREATE TABLE loose (id uuid PRIMARY KEY)", "loose: tenant"),
    "the demand for a tenant": ("ALTER TABLE outbox ALTER tenant_id DROP NOT NULL", "outbox: tenant"),
    "the limits of a grant": ("GRANT TRUNCATE ON access_cutoff TO projects_app", "access_cutoff: grant"),
    "the limits of the backup": ("GRANT DELETE ON access_cutoff TO projects_backup", "access_cutoff: grant"),
    "the relay's limits": (
        "CREATE POLICY x ON access_cutoff TO projects_relay USING (true)",
        "access_cutoff: relay",
    ),
}


@pytest.mark.parametrize("removed", REMOVALS)
async def test_a_guard_that_is_removed_is_missed(worker_database: Clone, removed: str) -> None:
    connection = await asyncpg.connect((await worker_database("projects")).owner)
    transaction = connection.transaction()
    await transaction.start()
    statement, finding = REMOVALS[removed]
    await connection.execute(statement)
    found, _ = findings(await read_tables(connection), "projects", EXEMPT)
    await transaction.rollback()
    await connection.close()
    assert any(one.startswith(finding) for one in found), found
