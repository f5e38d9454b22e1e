"""What agreeing, sharing, freezing and reporting hold about one account."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.agreement.service import AgreementService
from services.projects.baseline.service import BaselineService

KEPT_AGREEMENT = {
    "agreements": "steps, change requests and baselines are records of the authority; they hold an id, no name",
}


async def export_agreement(session: AsyncSession, account_id: UUID) -> dict[str, list[str]]:
    """Ids of all rows that name the account."""
    steps, requests = await AgreementService(session).of_account(account_id)
    return {
        "planSteps": [str(row.id) for row in steps],
        "changeRequests": [str(row.id) for row in requests],
        "baselines": [str(row.id) for row in await BaselineService(session).taken_by(account_id)],
    }
