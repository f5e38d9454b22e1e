"""The worker's part: make the tables of reference dates."""

from typing import Any
from uuid import UUID

from services.sync.statistic.service import DUE_JOB, StatisticsService
from shared.queue import JobContext, JobHandler


async def make_due(ctx: JobContext) -> dict[str, Any]:
    """A reference date has passed: make its table, unless the template was changed meanwhile."""
    async with ctx.transaction() as session:
        export = await StatisticsService(session).make_due(UUID(ctx.params["templateId"]))
    return {"exportId": str(export.id)} if export else {"outcome": "not_due"}


HANDLERS: dict[str, JobHandler] = {DUE_JOB: make_due}
