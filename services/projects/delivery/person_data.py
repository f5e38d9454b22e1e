"""What risks, transfers, copies and integrations hold about one account."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.copylog.service import CopyLogService
from services.projects.integration.service import IntegrationService
from services.projects.risk.service import RiskService
from services.projects.transfer.service import TransferService

KEPT_DELIVERY = {
    "risk_records": "assessments and acceptances are records of the authority; they hold an id, no name",
    "copy_log": "the copy log and purge certificates prove who purged what; they hold an id, no name",
    "verifications": "checks and verifications are records of the authority; they hold an id, no name",
}
# Free text that may speak of the person who owned the risk or wrote the proposal.
FORGOTTEN_DELIVERY_TEXTS = ("risk_proposal.text",)


async def export_delivery(session: AsyncSession, account_id: UUID) -> dict[str, list[str]]:
    """Ids of all rows that name the account."""
    integrations = IntegrationService(session)
    return {
        **await RiskService(session).held_by(account_id),
        **await CopyLogService(session).held_by(account_id),
        "migrationChecks": [str(row.id) for row in await TransferService(session).checked_by(account_id)],
        "verifications": [str(row.id) for row in await integrations.verified_by(account_id)],
        "integrationsActivated": [str(row.id) for row in await integrations.activated_by(account_id)],
    }


async def forget_delivery(session: AsyncSession, account_id: UUID) -> int:
    """Take the account away from what it answers for; records keep it. Returns how many rows named it."""
    return await RiskService(session).forget(account_id)
