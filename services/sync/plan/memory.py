"""What earlier runs of the same source tell about this one: how its files end, what was ended in the last weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.kit import clock
from shared.kit.db import tenant_of

WINDOWS = {"drip_week": timedelta(days=7), "drip_month": timedelta(days=30)}

_LAST = """
SELECT files, facts, finding_counts, upload_id FROM run
WHERE tenant_id = :tenant AND source = :source AND kind = 'delivery' AND state = 'applied'
ORDER BY applied_version DESC LIMIT 1
"""
# Two persons who let a plan through have answered for what was ended until then: the days begin anew.
_ENDED = """
SELECT ended_at, facts->'ended' AS ended FROM run r
WHERE r.tenant_id = :tenant AND r.source = :source AND r.kind = 'delivery' AND r.state = 'applied'
  AND r.ended_at > :since AND r.applied_version > coalesce((
      SELECT max(o.applied_version) FROM run o
      WHERE o.tenant_id = :tenant AND o.source = :source AND o.kind = 'delivery' AND o.state = 'applied'
        AND (SELECT count(*) FROM approval a WHERE a.tenant_id = o.tenant_id AND a.run_id = o.id) > 1), 0)
"""
# The same bytes as before the last ones, or a file that was sent before the one that the roster rests on.
_OLDER = """
SELECT EXISTS (
    SELECT FROM upload mine, upload last
    WHERE mine.tenant_id = :tenant AND mine.id = :mine AND last.tenant_id = :tenant AND last.id = :last
      AND mine.sha256 <> last.sha256
      AND (mine.created_at < last.created_at OR EXISTS (
          SELECT FROM run r JOIN upload u ON u.tenant_id = r.tenant_id AND u.id = r.upload_id
          WHERE r.tenant_id = :tenant AND r.source = :source AND r.state = 'applied' AND u.sha256 = mine.sha256)))
"""


@dataclass(frozen=True)
class Memory:
    """The last applied delivery of a source; empty where there is none."""

    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    surplus: Mapping[str, int] = field(default_factory=dict)
    upload_id: UUID | None = None
    is_known: bool = True

    def cut_short(self, files: Sequence[Mapping[str, Any]]) -> list[str]:
        """Files that used to end with a line end and do not: what follows may have been lost with it."""
        return [
            file["name"]
            for file in files
            if not file.get("ends_with_line", True) and self.files.get(file["name"], {}).get("ends_with_line", False)
        ]


async def recall(session: AsyncSession, source: str) -> Memory:
    """The memory of `source`."""
    row = (await session.execute(text(_LAST), {"tenant": tenant_of(session), "source": source})).one_or_none()
    if row is None:
        return Memory(is_known=False)
    return Memory({file["name"]: file for file in row.files}, row.facts.get("surplus", {}), row.upload_id)


async def is_older(session: AsyncSession, source: str, upload_id: UUID | None, memory: Memory) -> bool:
    """Whether the upload is one that the roster has already gone beyond."""
    if upload_id is None or memory.upload_id is None or upload_id == memory.upload_id:
        return False
    values = {"tenant": tenant_of(session), "source": source, "mine": upload_id, "last": memory.upload_id}
    return bool(await session.scalar(text(_OLDER), values))


async def dripped(session: AsyncSession, source: str, ended: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """By window and kind: what the runs of the window have ended together, with `ended` of the one at hand."""
    if not any(ended.values()):
        return {}
    now = clock.now()
    values = {"tenant": tenant_of(session), "source": source, "since": now - max(WINDOWS.values())}
    rows = (await session.execute(text(_ENDED), values)).all()
    return {rule: _sum(ended, rows, now - span) for rule, span in WINDOWS.items()}


def _sum(ended: Mapping[str, int], rows: Sequence[Any], since: datetime) -> dict[str, int]:
    return {
        kind: count + sum((row.ended or {}).get(kind, 0) for row in rows if row.ended_at > since)
        for kind, count in ended.items()
    }
