"""A register and a platform of a few lines each, compared without HTTP: for what a generated town does not hold."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.sync.plan.keys import civic_keys
from services.sync.platform.models import PlatformComparison
from services.sync.platform.service import PlatformService
from services.sync.reading.mapping import Mapping
from services.sync.reading.process import ReadTask
from services.sync.source.models import Source
from services.sync.upload.models import Upload
from shared.kit import clock
from tests.sync.reading.test_delivery import zipped
from tests.sync.town import KEY, TODAY, Roster, frames

_DATES = {"startsOn": "fran", "endsOn": "till"}
_FIELDS: dict[str, dict[str, str]] = {
    "unit": {"sourceId": "id", "name": "namn"},
    "person": {
        "sourceId": "id",
        "givenName": "fornamn",
        "familyName": "efternamn",
        "login": "inloggning",
        "nationalId": "nummer",
        "marking": "skydd",
    },
    "enrolment": {"person": "id", "unit": "enhet", "schoolForm": "form", **_DATES},
    "placement": {"child": "id", "unit": "enhet", "schoolForm": "form", **_DATES, "group": "grupp"},
    "duty": {"person": "id", "unit": "enhet", "role": "roll", **_DATES},
    "group": {"sourceId": "id", "name": "namn", "unit": "enhet", "kind": "slag", **_DATES},
    "membership": {"group": "grupp", "person": "id", "role": "roll", **_DATES},
    "responsible": {"child": "barn", "guardian": "id"},
}
Rows = dict[str, list[str]]
"""By kind, the lines of its file: cells divided by semicolons, in the order of the fields, missing ones empty."""


def mapping(*kinds: str) -> Mapping:
    """Reads files of these kinds."""
    files = [
        {
            "file": f"{kind}.csv",
            "emits": [{"entity": kind, "fields": _FIELDS[kind]} | _words(kind)],
        }
        for kind in kinds
    ]
    return Mapping.model_validate({"name": "test.small", "absentMarking": "filtered", "files": files})


def _words(kind: str) -> dict[str, Any]:
    return {"values": {"marking": {"": "none", "skyddad": "protected_identity"}}} if kind == "person" else {}


def pack(rows: Rows) -> bytes:
    """The zip of these rows."""
    return zipped(**{f"{kind}_csv": _file(kind, lines).encode() for kind, lines in rows.items()})


def _file(kind: str, lines: list[str]) -> str:
    heads = list(_FIELDS[kind].values())
    full = [line + ";" * (len(heads) - 1 - line.count(";")) for line in lines]
    return "\n".join([";".join(heads), *full, ""])


@dataclass
class Compared:
    """What came of a comparison: the row, and its differences as (kind, cause), in order."""

    comparison: PlatformComparison
    differences: list[tuple[str, str | None]]

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.differences]


@dataclass
class Platform:
    """A declared platform whose exports are compared with `roster`."""

    roster: Roster
    source_id: UUID

    @classmethod
    async def declared(cls, roster: Roster, told: Mapping) -> "Platform":
        async with roster.database.transaction(roster.tenant) as session:
            source = Source(
                tenant_id=roster.tenant,
                key="plattform",
                name="Plattformen",
                role="platform",
                kind="joined_files",
                mapping=told.model_dump(mode="json", by_alias=True),
            )
            session.add(source)
            return cls(roster, source.id)

    async def upload(self, told: Mapping, at: datetime | None = None) -> UUID:
        """An export that is stored already; its id."""
        async with self.roster.database.transaction(self.roster.tenant) as session:
            upload = Upload(
                tenant_id=self.roster.tenant,
                kind="joined_files",
                source="plattform",
                state="stored",
                mapping=told.model_dump(mode="json", by_alias=True),
                size=1,
                sha256="0" * 64,
                source_id=self.source_id,
                created_at=at or clock.now(),
            )
            session.add(upload)
            return upload.id

    async def compared(self, rows: Rows, *, today: date = TODAY, at: datetime | None = None) -> Compared:
        """Upload rows of just these kinds and compare them."""
        told = mapping(*rows)
        return await self.compare(await self.upload(told, at), rows, today=today)

    async def compare(self, upload_id: UUID, rows: Rows, *, today: date = TODAY) -> Compared:
        """Compare a stored export."""
        task = ReadTask(mapping(*rows), civic_keys(KEY, self.roster.tenant), today)
        async with self.roster.database.transaction(self.roster.tenant) as session:
            platform = PlatformService(session)
            comparison = await platform.prepare(upload_id)
            upload = await session.get(Upload, (self.roster.tenant, upload_id))
            assert upload is not None
            await platform.compare(comparison, upload, frames(task, pack(rows)))
            query = text(
                "SELECT kind, cause FROM platform_difference WHERE tenant_id = :t AND comparison_id = :c ORDER BY 1, 2"
            )
            found = await session.execute(query, {"t": self.roster.tenant, "c": comparison.id})
            return Compared(comparison, [(row.kind, row.cause) for row in found])


async def register(roster: Roster, rows: Rows) -> None:
    """Load a register of just these rows."""
    await roster.load(pack(rows), mapping(*rows))


async def unit_id(roster: Roster, source_id: str) -> UUID:
    return UUID(str(await roster.value("SELECT id FROM unit WHERE source_id = :s", s=source_id)))
