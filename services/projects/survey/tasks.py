"""The morning after a survey's last day."""

from typing import Any
from uuid import UUID

from services.projects.survey.errors import SurveyNotFound
from services.projects.survey.service import SurveyService
from shared.queue import JobContext


async def close(ctx: JobContext) -> dict[str, Any]:
    """Close a survey that is over, unless somebody did; may run twice."""
    async with ctx.transaction() as session:
        try:
            closed = await SurveyService(session).close_if_over(UUID(ctx.params["survey"]))
        except SurveyNotFound:
            closed = False
    return {"closed": closed}
