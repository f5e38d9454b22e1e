"""What the documents and share links of plans hold about one account."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.document.service import DocumentService
from services.projects.share.service import ShareService

KEPT_DOCUMENTS = {
    "status_reports": "reports are records of the authority; they hold an id, no name",
}


async def export_documents(session: AsyncSession, account_id: UUID) -> dict[str, list[str]]:
    """Ids of all rows that name the account."""
    texts, reports = await DocumentService(session).of_account(account_id)
    return {
        "planTexts": [str(row.id) for row in texts],
        "statusReports": [str(row.id) for row in reports],
        "shareLinks": [str(row.id) for row in await ShareService(session).made_by(account_id)],
    }


async def forget_documents(session: AsyncSession, account_id: UUID) -> int:
    """Take the account away from what it wrote and shared; reports keep it. Returns how many rows named it."""
    texts, _ = await DocumentService(session).of_account(account_id)
    links = await ShareService(session).made_by(account_id)
    for text in texts:
        text.written_by = None
    for link in links:
        link.created_by = None
    return len(texts) + len(links)
