"""Small registers that change at random, and what the roster held after each change."""

import random
from typing import Any

from sqlalchemy import text

from services.sync.history.hashing import state_hash
from services.sync.plan.entities import ENTITIES
from services.sync.reading.mapping import Mapping
from shared.kit.db import tenant_of
from tests.sync.reading.test_delivery import zipped
from tests.sync.roster.test_kinds import MAPPING
from tests.sync.town import Roster

WHOLE: Mapping = MAPPING
HEADS = {
    "unit_csv": "id;namn",
    "person_csv": "id;fornamn;efternamn;andra;skydd",
    "grupp_csv": "id;namn;slag;enhet",
    "plats_csv": "barn;enhet;grupp;form;fran;timmar",
    "aktivitet_csv": "id;namn;enhet;amn",
    "undervisning_csv": "aktivitet;grupp",
    "larare_csv": "aktivitet;person",
    "franvaro_csv": "enhet;grupp;manad;elever;minuter;planerade",
}


def register(seed: int, size: int = 6) -> bytes:
    """A register of some of `size` persons and what belongs to them, drawn by `seed`."""
    draw = random.Random(seed)
    persons = [n for n in range(size) if draw.random() < 0.7] or [0]
    groups = [n for n in range(3) if draw.random() < 0.7]
    rows: dict[str, list[str]] = {
        "unit_csv": ["e1;Ängsskolan" + draw.choice(["", " norra"]), "e2;Berget"],
        "person_csv": [
            f"p{n};{draw.choice(['Alva', 'Bo'])};{draw.choice(['Ek', 'Lind'])};"
            f"{draw.choice(['', '{x:' + str(n) + '}'])};nej"
            for n in persons
        ],
        "grupp_csv": [f"g{n};{draw.choice('AB')};home;{draw.choice(['e1', 'e2'])}" for n in groups],
        "plats_csv": [
            f"p{n};{draw.choice(['e1', 'e2'])};;preschool;;{draw.choice(['20', '35'])}"
            for n in persons
            if draw.random() < 0.7
        ],
        "aktivitet_csv": ["a1;Matematik;e1;MA"],
        "undervisning_csv": [f"a1;g{n}" for n in groups if draw.random() < 0.5],
        "larare_csv": [f"a1;p{n}" for n in persons if draw.random() < 0.3],
        "franvaro_csv": [f"e1;;2026-10;240;{draw.choice([100, 200])};"],
    }
    return zipped(**{name: "\n".join([HEADS[name], *lines, ""]).encode() for name, lines in rows.items()})


async def present(roster: Roster) -> dict[str, dict[str, Any]]:
    """Every present row as the tables hold it, by kind and id, without what only says when."""
    held: dict[str, dict[str, Any]] = {}
    async with roster.database.transaction(roster.tenant) as session:
        for entity in ENTITIES:
            rows = await session.execute(
                text(
                    f"SELECT id, {', '.join(entity.compared)} FROM {entity.table}"
                    " WHERE tenant_id = :tenant AND ended_at IS NULL"
                ),
                {"tenant": tenant_of(session)},
            )
            held[entity.kind] = {
                str(row.id): {name: value for name, value in row._mapping.items() if name != "id"} for row in rows
            }
    return held


async def hashed(roster: Roster, version: int | None = None) -> str:
    async with roster.database.transaction(roster.tenant) as session:
        return await state_hash(session, version)
