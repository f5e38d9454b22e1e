"""The log of logins as a file: CSV for spreadsheets, NDJSON for programs, written as it is read."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from services.identity.loginlog.filter import LogFilter
from services.identity.loginlog.schemas import LoginEntryPublic
from services.identity.loginlog.service import LoginLogService
from shared.kit.db import Database
from shared.web.export import written

_PIECE = 1000


def export(database: Database, tenant: UUID, wanted: LogFilter, media: str) -> AsyncIterator[bytes]:
    """The entries that fit, newest first, piece by piece; each piece in a transaction of its own."""

    async def pages(after: LoginEntryPublic | None) -> Sequence[LoginEntryPublic]:
        async with database.transaction(tenant) as session:
            rows = await LoginLogService(session).list(wanted, _PIECE, after.id if after else None)
            return [LoginEntryPublic.model_validate(row) for row in rows]

    return written(media, LoginEntryPublic, pages)
