"""The job that writes a large plan: its own rows, then its rows per unit in chunks, each chunk with its count.

It may be lost anywhere and started again: what was committed is counted in the same transaction, and is not written
a second time.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.projects.instantiation.models import InstantiationState
from services.projects.instantiation.service import CHUNK, INSTANTIATE, InstantiationService
from shared.queue import JobContext, JobHandler


async def instantiate(ctx: JobContext, chunk: int = CHUNK) -> dict[str, Any]:
    """Write the plan of the instantiation that the job names, `chunk` rows per unit in a transaction."""
    which = UUID(ctx.params["instantiation"])
    async with ctx.transaction() as session:
        instantiation, draft = await InstantiationService(session).open(which)
    while instantiation.state != InstantiationState.done:
        await ctx.progress(instantiation.children_done, instantiation.children_total)
        async with ctx.transaction() as session:
            instantiation = await InstantiationService(session).write_chunk(which, draft, chunk)
    await ctx.progress(instantiation.children_done, instantiation.children_total)
    return {"projectId": str(instantiation.project_id), "rowsPerUnit": instantiation.children_done}


def instantiation_jobs() -> Mapping[str, JobHandler]:
    """The long work of this feature, by kind."""
    return {INSTANTIATE: instantiate}
