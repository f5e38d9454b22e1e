"""No plan data without a past: every table keeps its images or has a reason here, and every read can go back."""

from collections.abc import AsyncIterator

import asyncpg
import orjson
import pytest

from tests.architecture.routes import Endpoint, endpoints
from tests.support.databases import Clone

# Services whose rows keep their history (design.md section 9); sync's history is its roster versions.
SERVICE = "projects"

KIT = "the kit's own bookkeeping: events, jobs and answers, no plan data"
HISTORY = "is the history itself"
ANONYMOUS = "its history would tell who answered what, and when"
MAIL = "what is mailed to whom, an address among it: no fact of a plan"
FILE = "files never change; which ones belong to a plan has its history"

# Tables without images, each with the reason.
WITHOUT_PAST: dict[str, str] = {
    "assurance_rule": "a copy of identity's rules, whose journal holds their past",
    "access_cutoff": "who lost access when, read by the token check alone",
    "event_log": KIT,
    "idempotency": KIT,
    "job": KIT,
    "outbox": KIT,
    "parked_event": KIT,
    "journal_entry": HISTORY,
    "journal_image": HISTORY,
    "journal_seal": HISTORY,
    "ballot": ANONYMOUS,
    "ballot_box": ANONYMOUS,
    "poll_vote": ANONYMOUS,
    "survey_comment": ANONYMOUS,
    "survey_response": ANONYMOUS,
    "stored_file": FILE,
    "stored_file_chunk": FILE,
    "file_copy_log": FILE,
    "instantiation": "how far a plan has been written; a job's progress",
    "notification_preference": MAIL,
    "notice_mail": MAIL,
    "sent_notice": MAIL,
    "retention_rule": "a copy of sync's, whose journal holds the past",
    "published_template": "a version of a template never changes",
    "unit_feed": "how far the copies of units have followed sync; no fact of a plan",
}

# GET routes under /projects/v1 that cannot go back, each with the reason.
WITHOUT_AS_OF: dict[str, str] = {
    "projects_api_info": "about the API itself",
    "projects_jobs_get": "a job's progress is no plan data",
    "projects_journal_entries_list": "the journal is the history itself",
    "templates_list": "a version of a template never changes",
    "template_versions_get": "a version of a template never changes",
    "template_schemas_get": "a version of the format never changes",
    "instantiations_get": "how far a plan has been written; a job's progress",
    "attachments_get_content": FILE,
    "imports_list": "a file that was sent and what it would change now",
    "imports_get": "a file that was sent and what it would change now",
    "import_findings_list": "what is wrong in a file that was sent",
    "import_changes_list": "what a file would change in the present plan",
    "calendar_feeds_list": "addresses that the caller gave out, no plan data",
    "calendar_files_get": "calendar programs follow the present plan",
    "my_notification_preferences_get": MAIL,
    "my_work_list": "what waits for the caller now; nobody works in the past",
    "shared_plans_get": "the holder of a link sees the present plan",
}

_TABLES = """
SELECT c.relname AS name, EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
) AS is_tenants
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""
_TRIGGERS = """
SELECT t.tgrelid::regclass::text AS table, array_agg(p.proname::text ORDER BY p.proname) AS functions
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE p.proname LIKE 'journal\\_%' AND t.tgenabled = 'O' GROUP BY 1
"""
_COLUMNS = """
SELECT n.nspname AS schema, c.relname AS table, a.attname AS name,
    format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname IN ('public', 'past') AND c.relkind IN ('r', 'p', 'v') ORDER BY c.relname, a.attnum
"""
_NOTES = """
SELECT relname AS table, obj_description(oid, 'pg_class') AS notes
FROM pg_class WHERE relnamespace = 'past'::regnamespace AND relkind = 'v'
"""
_GRANTS = """
SELECT DISTINCT r.rolname || ': ' || g.privilege_type AS granted
FROM pg_class c CROSS JOIN aclexplode(c.relacl) g JOIN pg_roles r ON r.oid = g.grantee
WHERE c.relnamespace = 'past'::regnamespace AND r.rolname <> $1
"""


@pytest.fixture
async def database(worker_database: Clone) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect((await worker_database(SERVICE)).owner)
    yield connection
    await connection.close()


async def columns(database: asyncpg.Connection, schema: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in await database.fetch(_COLUMNS):
        if row["schema"] == schema:
            found.setdefault(row["table"], []).append((row["name"], row["type"]))
    return found


async def test_every_table_keeps_its_images_or_says_why_not(database: asyncpg.Connection) -> None:
    tables = {row["name"] for row in await database.fetch(_TABLES) if row["is_tenants"]}
    shown = (await columns(database, "past")).keys()
    missing = sorted(tables - shown - WITHOUT_PAST.keys())
    assert missing == [], "call shared.kit.history.journaled(table) in the migration"
    assert sorted(WITHOUT_PAST.keys() - tables | (WITHOUT_PAST.keys() & shown)) == [], "a reason is left over"


async def test_every_journaled_table_has_its_three_triggers(database: asyncpg.Connection) -> None:
    triggers = {row["table"]: row["functions"] for row in await database.fetch(_TRIGGERS)}
    assert triggers.keys() == (await columns(database, "past")).keys()
    assert {tuple(found) for found in triggers.values()} == {("journal_delete", "journal_insert", "journal_update")}


async def test_every_table_of_the_past_has_the_columns_of_today(database: asyncpg.Connection) -> None:
    """Else what is prepared for the one cannot be run on the other."""
    today, past = await columns(database, "public"), await columns(database, "past")
    assert {table: past[table] for table in past} == {table: today[table] for table in past}


async def test_a_column_that_came_later_and_may_not_be_null_says_what_the_past_reads(
    database: asyncpg.Connection,
) -> None:
    notes = {row["table"]: orjson.loads(row["notes"]) for row in await database.fetch(_NOTES)}
    silent = [
        f"{row['table']}.{row['name']}"
        for row in await database.fetch(_COLUMNS)
        if row["schema"] == "public" and row["is_required"] and row["table"] in notes
        if row["name"] not in {*notes[row["table"]]["since"], *notes[row["table"]]["reads_as"]}
    ]
    assert silent == [], "say it with shared.kit.history.refresh_past(table, column='sql')"


async def test_the_past_can_be_read_by_the_service_and_by_nobody_else(database: asyncpg.Connection) -> None:
    granted = [row["granted"] for row in await database.fetch(_GRANTS, f"{SERVICE}_owner")]
    assert granted == [f"{SERVICE}_app: SELECT"]


def can_look_back(endpoint: Endpoint) -> bool:
    return any(getattr(one.call, "__module__", "") == "shared.web.as_of" for one in endpoint.dependencies())


def test_every_read_of_plan_data_takes_as_of_or_says_why_not() -> None:
    reads = [one for one in endpoints(SERVICE) if one.method == "GET" and one.in_document]
    silent = sorted(one.name for one in reads if not can_look_back(one) and one.name not in WITHOUT_AS_OF)
    assert silent == [], "put dependencies=[AsOf] into the route's decorator (shared.web.as_of)"
    left_over = WITHOUT_AS_OF.keys() - {one.name for one in reads if not can_look_back(one)}
    assert sorted(left_over) == []


def test_only_reads_look_back() -> None:
    assert [str(one) for one in endpoints(SERVICE) if one.method != "GET" and can_look_back(one)] == []
