"""A person was erased or became protected: no export of them is kept."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.subject.models import PersonExport
from shared.kit.db import tenant_of
from shared.kit.files import forget_files


async def forget_exports(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Destroy the keys of the files; that there was an export stays known."""
    query = select(PersonExport).where(
        PersonExport.tenant_id == tenant_of(session),
        or_(col(PersonExport.person_id).in_(ids), col(PersonExport.account_id).in_(ids)),
        col(PersonExport.file_id).is_not(None),
        PersonExport.state == "ready",
    )
    rows = (await session.exec(query)).all()
    await forget_files(session, [row.file_id for row in rows if row.file_id])
    for row in rows:
        row.state = "erased"
        row.touch()
    await session.flush()
