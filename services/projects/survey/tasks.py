"""The morning after a survey's last day."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.projects.survey.errors import SurveyNotFound
from services.projects.survey.service import CLOSE, SurveyService
from shared.queue import JobContext, JobHandler


async def close(ctx: JobContext) -> dict[str, Any]:
    """Close a survey that is over, unless somebody did; may run twice."""
    async with ctx.transaction() as session:
        try:
            closed = await SurveyService(session).close_if_over(UUID(ctx.params["survey"]))
        except SurveyNotFound:
            closed = False
    return {"closed": closed}


def survey_jobs() -> Mapping[str, JobHandler]:
    """The long work of this feature, by kind."""
    return {CLOSE: close}
