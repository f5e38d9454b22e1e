"""Plans a delivery in both ways, as a whole and by what differs, and tells all that either leaves behind."""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.entities import ENTITIES
from services.sync.plan.keys import civic_keys
from services.sync.plan.models import Run
from services.sync.proof.models import RunProof
from services.sync.proof.service import Surroundings, surroundings_of
from services.sync.reading.findings import Fatal
from services.sync.reading.frames import Frame
from services.sync.reading.mapping import Mapping
from services.sync.reading.process import FormerDelivery, ReadTask
from services.sync.run.planner import ReadWhole, plan_delivery
from services.sync.run.service import RunService
from services.sync.upload.models import Upload
from shared.kit.ids import new_id
from tests.sync.town import KEY, TODAY, chunks, frames

_FINDINGS = """
SELECT rule, severity, file, line, column_name, entity, unit_id, row_ref FROM finding WHERE run_id = :run
"""
_CASES = """
SELECT kind, source, source_id, person_id, other_id, file, line, encode(civic_hash, 'hex') AS civic, state, decision
FROM correlation_case WHERE tenant_id = :tenant
"""
_PERSONS = "SELECT id, protected, given_name, ended_at IS NULL AS is_present FROM person WHERE tenant_id = :tenant"
_SEALED = """
SELECT id FROM planned_person WHERE run_id = :run AND civic_cipher IS NOT NULL
  AND (before->>'civic_hash') IS DISTINCT FROM civic_hash::text
"""
_RUN = ("base_version", "guard", "finding_counts", "files", "facts", "counts", "year_roll")

Outcome = dict[str, Any]


class _Over(Exception):
    """What was planned is rolled back."""


@dataclass
class Twofold:
    """Deliveries of one source of one tenant, in one transaction. `ways` counts how each was planned; `loses` may take
    something away from what the reader says of a part."""

    session: AsyncSession
    tenant: UUID
    mapping: Mapping
    ways: dict[str, int] = field(default_factory=dict)
    loses: Callable[[Frame], Frame] | None = None
    _contents: dict[UUID, bytes] = field(default_factory=dict)

    async def deliver(self, content: bytes, source: str = "register") -> tuple[Outcome | None, Outcome | None]:
        """What both ways come to; the second is None where the first way alone can be gone, both if neither can."""
        upload, run_id = await self._uploaded(content, source), new_id()
        whole = await self._rolled_back(run_id, upload, is_part=False)
        part = await self._rolled_back(run_id, upload, is_part=True)
        return whole, part

    async def load(self, content: bytes, source: str = "register", *, is_part: bool = True) -> Run:
        """Plan by what differs where that can be, and apply."""
        upload, run_id = await self._uploaded(content, source), new_id()
        try:
            async with self.session.begin_nested():
                run = await self._planned(run_id, upload, is_part=is_part)
                await self._apply(run)
        except ReadWhole:
            run = await self._planned(run_id, upload, is_part=False)
            await self._apply(run)
        return run

    async def _apply(self, run: Run) -> None:
        run.state = "applying"
        await self.session.flush()
        assert await RunService(self.session).apply(run)
        await self.session.flush()

    async def _uploaded(self, content: bytes, source: str) -> Upload:
        upload = Upload(
            tenant_id=self.tenant,
            kind="joined_files" if self.mapping.manifest is None else "oneroster_zip",
            source=source,
            state="stored",
            mapping=self.mapping.model_dump(mode="json", by_alias=True),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        self.session.add(upload)
        await self.session.flush()
        self._contents[upload.id] = content
        return upload

    async def _rolled_back(self, run_id: UUID, upload: Upload, *, is_part: bool) -> Outcome | None:
        outcome = None
        try:
            async with self.session.begin_nested():
                run = await self._planned(run_id, upload, is_part=is_part)
                await self.session.flush()
                outcome = await self._outcome(run)
                raise _Over
        except (_Over, ReadWhole, Fatal):
            pass
        await self.session.refresh(upload)
        return outcome

    async def _planned(self, run_id: UUID, upload: Upload, *, is_part: bool) -> Run:
        content = self._contents[upload.id]
        run = Run(
            tenant_id=self.tenant, id=run_id, kind="delivery", source=upload.source, state="queued", upload_id=upload.id
        )
        self.session.add(run)
        await self.session.flush()
        around = await surroundings_of(self.session, run, upload)
        former, before = self._former(around, content) if is_part else (None, b"")
        if is_part and former is None:
            self._count("no base")
            raise ReadWhole
        task = ReadTask(self.mapping, civic_keys(KEY, self.tenant), TODAY, around.prints if is_part else None, former)
        said = frames(task, content, before)
        if self.loses is not None and is_part:
            said = _losing(said, self.loses)
        try:
            await plan_delivery(self.session, run, said, around)
        except ReadWhole:
            self._count("refused")
            raise
        proof = await self.session.get_one(RunProof, (self.tenant, run_id))
        if is_part and proof.whole_at != around.whole_at:
            self._count("read whole")
            raise ReadWhole
        if is_part:
            self._count("part")
        run.state = "planned"
        return run

    def _former(self, around: Surroundings, content: bytes) -> tuple[FormerDelivery | None, bytes]:
        if around.former is None:
            return None, b""
        before = self._contents[around.former.upload.id]

        def fetch() -> AsyncIterator[bytes]:
            return chunks(before)

        return FormerDelivery(around.former.prints, around.former.found, len(content), fetch), before

    def _count(self, way: str) -> None:
        self.ways[way] = self.ways.get(way, 0) + 1

    async def _outcome(self, run: Run) -> Outcome:
        """All that planning has written, with names in place of ids that are made anew each time."""
        names = await self._names(run.id)
        found: Outcome = {name: _named(getattr(run, name), names) for name in _RUN}
        found["reasons"] = _named(run.guard_reasons, names)
        found["units"] = sorted(map(str, _named(run.counts_by_unit, names)))
        for entity in ENTITIES:
            rows = await self._rows(f"SELECT * FROM {entity.planned_table} WHERE run_id = :run", run=run.id)
            found[entity.kind] = sorted(
                str(_named({k: v for k, v in row.items() if k not in ("tenant_id", "civic_cipher")}, names))
                for row in rows
            )
        for name, query in (("findings", _FINDINGS), ("cases", _CASES), ("persons", _PERSONS)):
            rows = await self._rows(query, run=run.id, tenant=self.tenant)
            found[name] = sorted(str(_named(row, names)) for row in rows)
        proof = await self.session.get_one(RunProof, (self.tenant, run.id))
        facts = [{name: file[name] for name in ("about", "rows", "sums")} for file in proof.prints or ()]
        found["proof"] = (proof.is_settled, proof.mirrors, facts, proof.same_as)
        # What is sealed anew, or made an id for, is in the hash and differs each time.
        if not names and not await self._rows(_SEALED, run=run.id):
            found["hash"] = run.plan_hash
        return found

    async def _names(self, run_id: UUID) -> dict[str, str]:
        """Of each row that the plan would create: what tells it from others."""
        names: dict[str, str] = {}
        for entity in ENTITIES:
            columns = entity.key or ("source_id",)
            query = f"SELECT id, {', '.join(columns)} FROM {entity.planned_table} WHERE run_id = :run AND op = 'create'"
            for row in await self._rows(query, run=run_id):
                told = [names.get(str(row[column]), str(row[column])) for column in columns]
                names[str(row["id"])] = f"<{entity.kind} {' '.join(told)}>"
        return names

    async def _rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        used = {name: value for name, value in values.items() if f":{name}" in query}
        return [dict(row._mapping) for row in await self.session.execute(text(query), used)]


async def _losing(said: AsyncIterator[Frame], loses: Callable[[Frame], Frame]) -> AsyncIterator[Frame]:
    async for frame in said:
        yield loses(frame)


def _beside(document: dict[str, Any] | None, names: dict[str, str]) -> dict[str, list[str]]:
    """Sorted anew, once ids have names."""
    told = {name: value.items() if isinstance(value, dict) else value for name, value in (document or {}).items()}
    return {name: sorted(str(_named(list(one), names)) for one in rows) for name, rows in told.items() if name != "bad"}


def _named(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _named(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    return names.get(str(value), value) if isinstance(value, str | UUID) else value
