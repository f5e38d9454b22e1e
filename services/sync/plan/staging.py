"""Delivered rows on their way into the plan: COPY into temporary tables of this transaction.

PostgreSQL refuses COPY into a table with row security, so the rows first stand in temporary tables: private to this
one transaction of this one tenant and gone when it ends. What is kept of them is planned under row security.
"""

import io
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any, cast
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.reading.canonical import ENTITIES
from services.sync.reading.frames import FULL, KEPT, KEPT_PER_RULE, PROTECT, SCOPE, Found, Rows
from services.sync.rules.catalogue import severity_of
from shared.kit.db import tenant_of
from shared.kit.ids import new_id

_TYPES = {
    "line": "integer",
    "bad": "boolean",
    "untold": "text[]",
    "id": "uuid",
    "school_forms": "text[]",
    "login_digest": "bytea",
    "civic_hash": "bytea",
    "civic_cipher": "bytea",
    "protected": "boolean",
    "school_year": "integer",
    "external_ids": "text[]",
    "external_digests": "text[]",
    "weekly_hours": "integer",
    "month": "date",
    "pupils": "integer",
    "absent_minutes": "integer",
    "planned_minutes": "integer",
    "starts_on": "date",
    "ends_on": "date",
}
_MATCHED = ", target uuid, moved boolean NOT NULL DEFAULT false, held boolean NOT NULL DEFAULT false"
_SMALL = {PROTECT: ("sid",), KEPT: ("kind", "sid"), SCOPE: ("kind", "sid"), FULL: ("file", "line")}
# Rows of persons that share a mark with another one.
_SHARING = {"again": ("id",)}
_COLUMNS = {name: spec.columns for name, spec in ENTITIES.items()} | _SMALL | _SHARING


class Staging:
    """The temporary tables `in_<kind>` of one run. `rows` counts what was put into each; `found` counts findings by
    rule, beyond those kept as rows; `passing` are rules of which the next delivery may find less."""

    def __init__(self, session: AsyncSession, run_id: UUID) -> None:
        self._session = session
        self._run_id = run_id
        self.found: dict[str, int] = {}
        self.passing: set[str] = set()
        self.rows: Counter[str] = Counter()

    @property
    def kinds(self) -> Set[str]:
        """Those that hold rows."""
        return self.rows.keys()

    async def create(self) -> None:
        """Make the tables, empty also where this session has made them before."""
        await set_based(self._session)
        statements = []
        for name, columns in _COLUMNS.items():
            body = ", ".join(f"{column} {_TYPES.get(column, 'text')}" for column in columns)
            matched = _MATCHED if "sid" in columns and "id" in columns else ""
            statements.append(f"DROP TABLE IF EXISTS pg_temp.in_{name}")
            statements.append(f"CREATE TEMPORARY TABLE in_{name} ({body}{matched}) ON COMMIT DROP")
        await at_once(self._session, statements)

    async def copy(self, rows: Rows) -> None:
        """Add a piece of delivered rows."""
        raw = await _driver(self._session)
        done = await raw.copy_to_table(
            f"in_{rows.entity}", source=io.BytesIO(rows.csv), columns=_COLUMNS[rows.entity], format="csv"
        )
        self.rows[rows.entity] += int(done.removeprefix("COPY "))

    async def index(self, *, is_small: bool = False) -> None:
        """Make the tables ready for joins: once all rows are in. Small ones are looked up row by row."""
        statements = []
        for name in sorted(self.kinds):
            if is_small:
                looked_up = [column for column in ("sid", "person_sid", "line") if column in _COLUMNS[name]]
                statements += [f"CREATE INDEX ON in_{name} ({column})" for column in looked_up]
            if is_small or "sid" in _COLUMNS[name]:
                statements.append(f"ANALYZE in_{name}{'' if is_small else ' (sid)'}")
        await at_once(self._session, statements)

    async def keep_findings(self, found: Found) -> None:
        """Store findings that the reader made; their number beyond those kept comes with its summary."""
        await self._insert(found.findings)

    async def find(self, rule: str, rows: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Record a finding for each row of the query `rows` (file, line); returns how many there are."""
        query = (
            f"SELECT file, line, count(*) OVER () AS total FROM ({rows}) r ORDER BY file, line LIMIT {KEPT_PER_RULE}"
        )
        result = (await self._session.execute(text(query), dict(parameters or {}))).all()
        total = int(result[0].total) if result else 0
        if total:
            self.found[rule] = self.found.get(rule, 0) + total
            await self._insert([(rule, row.file, row.line, None) for row in result])
        return total

    async def _insert(self, findings: list[tuple[str, str, int | None, str | None]]) -> None:
        if not findings:
            return
        tenant = tenant_of(self._session)
        values = [
            {
                "tenant": tenant,
                "id": new_id(),
                "run": self._run_id,
                "rule": rule,
                "severity": severity_of(rule).value,
                "file": file,
                "line": line,
                "column": column,
            }
            for rule, file, line, column in findings
        ]
        await self._session.execute(text(_FINDING), values)


async def set_based(session: AsyncSession) -> None:
    """Tell the planner that this transaction joins whole sets.

    After a first load the roster's tables have no statistics yet, and only their owner may make them; guessing small,
    the planner would take nested loops over tens of thousands of rows.
    """
    settings = ("enable_nestloop = off", "random_page_cost TO DEFAULT", "jit = off", "work_mem = '64MB'")
    await at_once(session, [f"SET LOCAL {setting}" for setting in settings])


async def row_by_row(session: AsyncSession) -> None:
    """Tell the planner that what follows looks up few rows of large tables."""
    await at_once(
        session, [f"SET LOCAL {one}" for one in ("enable_nestloop = on", "random_page_cost = 1.0", "jit = off")]
    )


async def at_once(session: AsyncSession, statements: Sequence[str]) -> None:
    """Run statements that take no values and give no rows, in one round trip."""
    if statements:
        await (await _driver(session)).execute("; ".join(statements))


async def _driver(session: AsyncSession) -> asyncpg.Connection:
    connection = await session.connection()
    return cast(asyncpg.Connection, (await connection.get_raw_connection()).driver_connection)


_FINDING = """
INSERT INTO finding (tenant_id, id, run_id, rule, severity, file, line, column_name)
VALUES (:tenant, :id, :run, :rule, :severity, :file, :line, :column)
"""
