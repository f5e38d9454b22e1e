"""Every statement about subscriptions and feedback."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.register.models import RunFeedback, SourceSubscription
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

_SOURCES = """
SELECT s.id FROM source s LEFT JOIN source_subscription o ON o.tenant_id = s.tenant_id AND o.source_id = s.id
CROSS JOIN LATERAL (
    SELECT s.is_active AND coalesce((s.connector ->> 'isNotified')::boolean, false) AS wanted) w
WHERE s.tenant_id = :tenant AND CASE WHEN w.wanted
    THEN o.id IS NULL OR o.state <> 'active' OR o.renew_at IS NULL OR o.renew_at <= :now
    ELSE o.state <> 'ended' END
ORDER BY s.id
"""
# A run of a source that wants to hear, whose plan is made (for the log) or applied (for statistics).
_RUNS = """
SELECT r.id AS run_id, s.id AS source_id, k.kind
FROM source s
JOIN upload u ON u.tenant_id = s.tenant_id AND u.source_id = s.id
JOIN run r ON r.tenant_id = s.tenant_id AND r.upload_id = u.id AND r.plan_hash IS NOT NULL
CROSS JOIN (VALUES ('log'), ('statistics')) k (kind)
WHERE s.tenant_id = :tenant AND s.is_active AND s.connector ->> 'kind' = 'ss12000'
  AND (s.connector ->> 'givesFeedback')::boolean AND (k.kind = 'log' OR r.state = 'applied')
  AND r.created_at > :since
  AND NOT EXISTS (SELECT FROM run_feedback f WHERE f.tenant_id = :tenant AND f.run_id = r.id AND f.kind = k.kind)
ORDER BY r.id, k.kind LIMIT 100
"""
_FINDINGS = """
SELECT rule, severity, file, row_ref, total FROM (
    SELECT rule, severity, file, row_ref, id, count(*) OVER w AS total, row_number() OVER (w ORDER BY id) AS turn
    FROM finding WHERE tenant_id = :tenant AND run_id = :run AND severity IN ('critical', 'fatal', 'error', 'warning')
    WINDOW w AS (PARTITION BY rule, file)) f
WHERE turn <= :most ORDER BY rule, file, id
"""


class RegisterRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def add(self, row: SourceSubscription | RunFeedback) -> None:
        self._session.add(row)
        await self._session.flush()

    async def subscription(self, source_id: UUID, *, lock: bool = False) -> SourceSubscription | None:
        query = select(SourceSubscription).where(
            SourceSubscription.tenant_id == self._tenant, SourceSubscription.source_id == source_id
        )
        query = query.execution_options(populate_existing=True).with_for_update() if lock else query
        return (await self._session.exec(query)).one_or_none()

    async def by_digest(self, digest: bytes) -> SourceSubscription | None:
        query = select(SourceSubscription).where(
            SourceSubscription.tenant_id == self._tenant, SourceSubscription.digest == digest
        )
        return (await self._session.exec(query)).one_or_none()

    async def feedback(self, feedback_id: UUID) -> RunFeedback:
        """Locked. Raises NotFound."""
        query = select(RunFeedback).where(RunFeedback.tenant_id == self._tenant, RunFeedback.id == feedback_id)
        row = (await self._session.exec(query.with_for_update())).one_or_none()
        if row is None:
            raise NotFound()
        return row

    async def sources_to_see_to(self, now: Any) -> Sequence[UUID]:
        """Sources whose subscription is to be made, renewed or ended."""
        return (await self._session.execute(text(_SOURCES), {"tenant": self._tenant, "now": now})).scalars().all()

    async def runs_to_tell(self, since: Any) -> Sequence[Any]:
        """(run_id, source_id, kind) of what registers have not been told."""
        return (await self._session.execute(text(_RUNS), {"tenant": self._tenant, "since": since})).all()

    async def findings(self, run_id: UUID, most: int) -> Sequence[Any]:
        """(rule, severity, file, row_ref, total): `most` of every rule and file; total is of all of them."""
        values = {"tenant": self._tenant, "run": run_id, "most": most}
        return (await self._session.execute(text(_FINDINGS), values)).all()

    async def counts(self, run_id: UUID) -> dict[str, dict[str, int]]:
        """What a run did, by kind of row."""
        query = text("SELECT counts FROM run WHERE tenant_id = :tenant AND id = :run")
        return dict(await self._session.scalar(query, {"tenant": self._tenant, "run": run_id}) or {})
