"""The morning after a feedback was due."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.projects.datarequest.errors import DataRequestNotFound
from services.projects.datarequest.service import REMIND, DataRequestService
from shared.queue import JobContext, JobHandler


async def remind(ctx: JobContext) -> dict[str, Any]:
    """Tell that a feedback is late, unless it was given, moved or told; may run twice."""
    async with ctx.transaction() as session:
        try:
            told = await DataRequestService(session).tell_overdue(UUID(ctx.params["request"]))
        except DataRequestNotFound:
            told = False
    return {"told": told}


def data_request_jobs() -> Mapping[str, JobHandler]:
    """The long work of this feature, by kind."""
    return {REMIND: remind}
