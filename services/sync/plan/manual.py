"""A change by hand is a run of one row: same history, same version, same event as a delivery."""

from typing import Any, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.applying import Applied, apply_planned, lock_head
from services.sync.plan.entities import BY_KIND
from services.sync.plan.models import Run
from shared.kit.db import tenant_of
from shared.kit.journal import record

SOURCE = "manual"
Op = Literal["create", "change", "end", "revive"]


async def change_by_hand(
    session: AsyncSession, kind: str, op: Op, row_id: UUID, values: dict[str, Any], before: dict[str, Any] | None = None
) -> Applied:
    """Apply one row at once. `values` are all data columns of the kind, `before` what they were (not for create)."""
    entity = BY_KIND[kind]
    tenant = tenant_of(session)
    await lock_head(session)
    counts = {"created": 0, "changed": 0, "ended": 0, "unchanged": 0}
    counts[{"create": "created", "revive": "created", "change": "changed", "end": "ended"}[op]] = 1
    principal = session.info.get("principal")
    run = Run(
        tenant_id=tenant,
        kind="manual",
        source=SOURCE,
        state="applying",
        counts={kind: counts},
        started_by=principal.subject if principal else None,
    )
    session.add(run)
    await session.flush()
    session.add(entity.planned(tenant_id=tenant, run_id=run.id, id=row_id, op=op, before=before, **values))
    await session.flush()
    applied = await apply_planned(session, run, "manual")
    await record(session, f"{kind}.{op}", kind, row_id, after={"runId": str(run.id), "version": applied.version_to})
    return applied
