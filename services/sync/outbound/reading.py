"""Reads the rows of one part of a template from the roster, as cells in the order of the file's columns."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.outbound.declared import OutFile, Part, Template
from services.sync.outbound.fields import ROWS, SEALED, in_force
from shared.kit.db import tenant_of

BATCH = 2000
Open = Callable[[bytes], str]


@dataclass(frozen=True)
class Reader:
    """`opened` decrypts a national number; `day` is the day that the package is of."""

    opened: Open
    day: date


async def rows_of(
    session: AsyncSession, template: Template, file: OutFile, part: Part, read: Reader
) -> AsyncIterator[list[list[str]]]:
    """Batches of rows, ordered by the file's key."""
    statement, values = _statement(template, file, part)
    if ROWS[part.rows].dated:
        values |= {"day": read.day, "until": read.day + timedelta(days=template.ahead_days)}
    writers = [_writer(header, part, read.opened) for header in file.headers]
    result = await session.stream(text(statement), values | {"tenant": tenant_of(session)})
    async for batch in result.partitions(BATCH):
        yield [[write(row) for write in writers] for row in batch]


def _statement(template: Template, file: OutFile, part: Part) -> tuple[str, dict[str, Any]]:
    spec = ROWS[part.rows]
    # Selected once each, by place: two columns may show the same field.
    asked = sorted(set(part.fill.values()))
    order = [asked.index(part.fill[header]) + 1 for header in file.key if header in part.fill]
    clauses = ["t.tenant_id = :tenant", "t.ended_at IS NULL"]
    clauses += [f"{person}.ended_at IS NULL" for person in spec.persons if person != "t"]
    clauses += [in_force(dated) for dated in spec.dated]
    if template.protected == "leave_out":
        clauses += [f"NOT {person}.protected" for person in spec.persons]
    values: dict[str, Any] = {}
    for name, column in spec.filters.items():
        if wanted := getattr(part.where, name):
            clauses.append(f"{column} = ANY (:{name})")
            values[name] = sorted(wanted)
    selected = ", ".join(f'{spec.fields[name]} AS "{name}"' for name in asked)
    where, by = " AND ".join(clauses), ", ".join(map(str, order))
    return f"SELECT {selected} FROM {spec.origin} WHERE {where} ORDER BY {by}, t.id", values


def _writer(header: str, part: Part, opened: Open) -> Callable[[Row[Any]], str]:
    name = part.fill.get(header)
    if name is None:
        constant = part.constants.get(header, "")
        return lambda row: constant  # noqa: ARG005 - the same in every row
    place = sorted(set(part.fill.values())).index(name)
    words = part.values.get(header, {})
    if name in SEALED:
        return lambda row: opened(row[place]) if row[place] is not None else ""
    if words:
        return lambda row: words.get(_text(row[place]), _text(row[place]))
    return lambda row: _text(row[place])


def _text(value: object) -> str:
    return "" if value is None else str(value)
