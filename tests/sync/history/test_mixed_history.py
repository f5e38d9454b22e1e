"""Whatever happens in whichever order, hands and markings and erasures among it, the past reads back."""

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlmodel import col, select

from services.sync.person.erasing import forget_persons
from services.sync.person.service import PersonService
from services.sync.plan.marking import protect
from services.sync.roster.models import Person
from services.sync.undo.errors import NothingToUndo, NotTheNewest
from tests.sync.history.past import WHOLE, hashed, present, register
from tests.sync.history.test_history import read
from tests.sync.town import Roster
from tests.sync.undo.test_undo import planned_undo

_NAMES = ("given_name", "family_name", "email", "login", "external_ids")


class Happening:
    """What may happen to a roster; each of these makes at most one version."""

    def __init__(self, roster: Roster, draw: random.Random) -> None:
        self._roster, self._draw = roster, draw
        self.all: list[Callable[[], Awaitable[None]]] = [
            self.deliver, self.deliver, self.undo, self.create, self.rename, self.protect, self.erase,
        ]  # fmt: skip

    async def deliver(self) -> None:
        await self._roster.load(register(self._draw.randrange(10_000)), WHOLE)

    async def undo(self) -> None:
        newest = await self._roster.rows("SELECT run_id FROM roster_version ORDER BY number DESC LIMIT 1")
        if not newest:
            return
        try:
            inverse = await planned_undo(self._roster, newest[0].run_id)
        except (NothingToUndo, NotTheNewest):
            return
        assert await self._roster.apply(inverse)

    async def create(self) -> None:
        async with self._roster.database.transaction(self._roster.tenant) as session:
            await PersonService(session).create(
                {"given_name": "Hand", "family_name": "Lagd", "email": None, "login": None, "protected": False}
            )

    async def _person(self, session: Any, *conditions: Any) -> Person | None:
        query = select(Person).where(Person.tenant_id == self._roster.tenant, *conditions).order_by(col(Person.id))
        found = (await session.exec(query)).all()
        return self._draw.choice(found) if found else None

    async def rename(self) -> None:
        async with self._roster.database.transaction(self._roster.tenant) as session:
            mine = (Person.source == "manual", col(Person.ended_at).is_(None), col(Person.protected).is_(False))
            if person := await self._person(session, *mine):
                await PersonService(session).change(person, {"family_name": f"Namn{self._draw.randrange(99)}"})

    async def protect(self) -> None:
        async with self._roster.database.transaction(self._roster.tenant) as session:
            if person := await self._person(session, col(Person.protected).is_(False)):
                await protect(session, [person.id], person.source)

    async def erase(self) -> None:
        async with self._roster.database.transaction(self._roster.tenant) as session:
            if person := await self._person(session):
                await forget_persons(session, [person.id], "request")


def as_known_today(was: dict[str, dict[str, Any]], marks: dict[str, bool]) -> dict[str, dict[str, Any]]:
    """A recorded state without who is erased (True), and without the names of who was protected (False)."""
    erased = {person for person, is_erased in marks.items() if is_erased}
    seen: dict[str, dict[str, Any]] = {}
    for kind, rows in was.items():
        kept = {
            row_id: dict(row)
            for row_id, row in rows.items()
            if not erased & {row_id, *(str(value) for name, value in row.items() if name.endswith("_id"))}
        }
        if kind == "person":
            for row_id in marks.keys() & kept.keys():
                kept[row_id] |= dict.fromkeys(_NAMES) | {"protected": True}
        seen[kind] = kept
    return seen


@pytest.mark.parametrize("seed", range(6))
async def test_the_past_reads_back_as_far_as_it_may_be_known_today(roster: Roster, seed: int) -> None:
    draw = random.Random(seed)
    happening = Happening(roster, draw)
    await happening.deliver()
    recorded: dict[int, dict[str, dict[str, Any]]] = {}
    for _ in range(9):
        await draw.choice(happening.all)()
        recorded[await roster.value("SELECT version FROM roster_head")] = await present(roster)
    # Who was ever protected: a name that was forgotten does not come back with the lifting of the mark.
    rows = await roster.rows(
        "SELECT id, source_id LIKE 'erased:%' AS erased FROM person WHERE protected"
        " OR id IN (SELECT entity_id FROM journal_entry WHERE action = 'person.protect')"
    )
    marks = {str(row.id): row.erased for row in rows}
    for version, was in recorded.items():
        past = await read(roster, version)
        assert as_known_today(past, marks) == as_known_today(was, marks), version
    assert await hashed(roster, max(recorded)) == await hashed(roster)
