"""What the mail knows of one person, shown or forgotten: all of it goes, nothing must be kept."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.notice.service import NoticeData


async def export_notices(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    """The choice and when mail was sent. The address is sealed: its owner reads it at the preferences."""
    data = NoticeData(session)
    row = await data.preference(person_id)
    chosen = row and {
        "digest": row.digest,
        "hasReminders": row.has_reminders,
        "hasSummons": row.has_summons,
        "language": row.language,
        "zone": row.zone,
        "addressState": row.address_state,
    }
    mails = [
        {"kind": mail.kind, "state": mail.state, "sentAt": mail.sent_at and mail.sent_at.isoformat()}
        for mail in await data.mails_of(person_id)
    ]
    return {"preferences": chosen, "mails": mails}


async def forget_notices(session: AsyncSession, person_id: UUID) -> int:
    """Remove preferences, address and what was sent; returns how many rows that were."""
    return await NoticeData(session).forget(person_id)
