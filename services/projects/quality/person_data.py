"""What goals, data requests, surveys, deviations and matrices hold about one account.

An anonymous answer is nobody's: it can neither be shown nor forgotten, and which accounts have answered is destroyed
when the survey closes.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.assessment.service import AssessmentService
from services.projects.datarequest.service import DataRequestService
from services.projects.deviation.service import DeviationService
from services.projects.goal.service import GoalService, MeasurementService
from services.projects.survey.service import AnswerService

# Where each kind of row names an account.
_NAMES = ("owner_id", "recorded_by", "answered_by", "respondent_id", "reported_by", "closed_by", "assessed_by")


async def export_quality(session: AsyncSession, account_id: UUID) -> dict[str, list[str]]:
    """Ids of all rows that name the account, by what they are."""
    return {name: [str(row.id) for row in rows] for name, rows in (await _rows(session, account_id)).items()}


async def forget_quality(session: AsyncSession, account_id: UUID) -> int:
    """Take the account away from every row; what was measured and answered stays, without it."""
    forgotten = 0
    for rows in (await _rows(session, account_id)).values():
        for row in rows:
            for name in _NAMES:
                if getattr(row, name, None) == account_id:
                    setattr(row, name, None)
            if hasattr(row, "touch"):
                row.touch()
            forgotten += 1
    await session.flush()
    return forgotten


async def _rows(session: AsyncSession, account_id: UUID) -> dict[str, Sequence[Any]]:
    requests = DataRequestService(session)
    return {
        "goals": await GoalService(session).owned_by(account_id),
        "measurements": await MeasurementService(session).recorded_by(account_id),
        "dataRequests": await requests.owned_by(account_id),
        "dataRequestAnswers": await requests.answered_by(account_id),
        "surveyResponses": await AnswerService(session).of_account(account_id),
        "deviations": await DeviationService(session).of_account(account_id),
        "assessments": await AssessmentService(session).assessed_by(account_id),
    }
