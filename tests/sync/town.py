"""Small municipalities for the tests of sync, and running their deliveries through the planner without HTTP."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from cli.demo_roster import Municipality, joined, oneroster
from cli.demo_roster.municipality import build
from cli.demo_roster.people import DOMAIN
from services.sync import forgetting, models  # noqa: F401 - as in every process of the service
from services.sync.loginscope.service import LoginScopeService
from services.sync.plan.keys import civic_keys
from services.sync.plan.models import Run
from services.sync.reading.child import tell
from services.sync.reading.frames import HEADER, Frame, Kind, Want, decode
from services.sync.reading.mapping import Mapping, shipped
from services.sync.reading.process import ReadTask
from services.sync.run.planner import plan_delivery
from services.sync.run.service import RunService
from shared.kit.db import Database, tenant_of
from shared.kit.ids import new_id

KEY = b"0123456789abcdef0123456789abcdef"
TODAY = date(2026, 11, 21)


def town(pupils: int = 60, seed: int = 5) -> Municipality:
    """A municipality of a size that a test can look through."""
    return build(pupils=pupils, seed=seed, staff_share=0.01)


def oneroster_zip(municipality: Municipality) -> bytes:
    return oneroster.write(municipality, frozenset())


def joined_zip(municipality: Municipality) -> bytes:
    return joined.write(municipality, frozenset())


JOINED = Mapping.model_validate(joined.MAPPING)
ONEROSTER = shipped("oneroster-1.2")


async def chunks(content: bytes, size: int = 65536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def frames(task: ReadTask, content: bytes, former: bytes = b"") -> AsyncIterator[Frame]:
    """What the reader says, without a process of its own: for tests that are about something else."""
    said = io.BytesIO()
    tell(json.loads(task.line()), lambda: content, said.write, lambda: former)
    said.seek(0)
    while header := said.read(HEADER.size):
        kind, length = HEADER.unpack(header)
        frame = decode(Kind(kind), said.read(length))
        if not isinstance(frame, Want):
            yield frame


@dataclass
class Roster:
    """The roster of one tenant in a test's database."""

    database: Database
    tenant: UUID

    async def with_scope(self, domain: str = DOMAIN) -> "Roster":
        """Login names of the invented municipality are the tenant's, as identity would tell."""
        async with self.database.transaction(self.tenant) as session:
            await LoginScopeService(session).keep(new_id(), domain)
        return self

    async def plan(self, content: bytes, mapping: Mapping = ONEROSTER, source: str = "register") -> Run:
        """Plan a delivery; the plan is stored."""
        async with self.database.transaction(self.tenant) as session:
            run = Run(tenant_id=self.tenant, kind="delivery", source=source, state="queued")
            session.add(run)
            await session.flush()
            task = ReadTask(mapping, civic_keys(KEY, self.tenant), TODAY)
            await plan_delivery(session, run, frames(task, content))
        return run

    async def apply(self, run: Run) -> bool:
        """Apply a stored plan without approvals."""
        async with self.database.transaction(self.tenant) as session:
            runs = RunService(session)
            return await runs.apply(await runs.locked(run.id))

    async def load(self, content: bytes, mapping: Mapping = ONEROSTER, source: str = "register") -> Run:
        """Plan and apply."""
        run = await self.plan(content, mapping, source)
        assert await self.apply(run)
        return run

    async def rows(self, query: str, **values: Any) -> list[Any]:
        async with self.database.transaction(self.tenant) as session:
            return list((await session.execute(text(query), values)).all())

    async def value(self, query: str, **values: Any) -> Any:
        return (await self.rows(query, **values))[0][0]

    async def findings(self, run: Run) -> dict[str, int]:
        rows = await self.rows("SELECT rule, count(*) FROM finding WHERE run_id = :run GROUP BY 1", run=run.id)
        return {row[0]: row[1] for row in rows}


def repacked(content: bytes, **files: bytes | None) -> bytes:
    """The zip with files replaced, added or (None) removed; `users_csv` stands for users.csv."""
    target = io.BytesIO()
    changed = {name.replace("_csv", ".csv"): body for name, body in files.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(name for name in changed if name not in old.namelist())]:
            body = changed.get(name, old.read(name) if name in old.namelist() else None)
            if body is not None:
                new.writestr(name, body)
    return target.getvalue()


def member(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return pack.read(name)


def write_to(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


async def version_of(session: AsyncSession) -> int:
    return int(
        await session.scalar(text("SELECT version FROM roster_head WHERE tenant_id = :t"), {"t": tenant_of(session)})
        or 0
    )
