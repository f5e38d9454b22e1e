"""Accounts at the platform as its newest export saw them, and how much that export proves."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.access.errors import ExportReplaced
from services.sync.access.repository import AccessRepository
from services.sync.change.errors import CursorUnknown
from services.sync.platform.models import PlatformComparison
from services.sync.platform.service import PlatformService, told_by
from services.sync.reading.mapping import Mapping
from services.sync.upload.service import UploadService
from shared.contracts.sync_access import AccountSeen, PlatformSeen

_FIRST = UUID(int=0)
# Without places of staff, staff are not expected in the export; then nobody lacks anything.
_STAFF = frozenset({"person", "duty"})


class AccessService:
    """The platform of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._platform = PlatformService(session)
        self._rows = AccessRepository(session)

    async def page(self, cursor: str | None, limit: int) -> bytes:
        """A page as NDJSON (`parse_access_page`). Raises CursorUnknown, ExportReplaced.

        Only the platform that the customer's leader has named counts: a source that somebody else declares must not be
        able to show people as let in. Without one nothing is told.
        """
        named = await self._rows.named_platform()
        comparison = next((one for one in await self._platform.newest() if one.source_id == named), None)
        read, after = _place(cursor)
        if read is not None and (comparison is None or comparison.id != read):
            raise ExportReplaced()
        if comparison is None:
            return _body([], PlatformSeen())
        rows = await self._rows.accounts(comparison.id, after, limit + 1)
        is_more = len(rows) > limit
        shown = [
            AccountSeen(person_id=row.person_id, is_active=row.is_active, last_login_on=row.last_login_on)
            for row in rows[:limit]
        ]
        end = await self._seen(comparison, f"{comparison.id}.{rows[limit - 1].id}" if is_more else None)
        return _body(shown, end)

    async def _seen(self, comparison: PlatformComparison, following: str | None) -> PlatformSeen:
        upload = await UploadService(self._session).get(comparison.upload_id)
        told = told_by(Mapping.model_validate(upload.mapping))
        return PlatformSeen(
            next=following,
            comparison_id=comparison.id,
            observed_at=upload.created_at,
            is_whole=told >= _STAFF and not comparison.incomplete,
            tells_login="lastLogin" in told,
        )


def _place(cursor: str | None) -> tuple[UUID | None, UUID]:
    """The comparison that is being read, and its account that was read last."""
    if cursor is None:
        return None, _FIRST
    comparison, _, account = cursor.partition(".")
    try:
        return UUID(comparison), UUID(account)
    except ValueError:
        raise CursorUnknown() from None


def _body(lines: list[AccountSeen], end: PlatformSeen) -> bytes:
    return "\n".join(
        [*(line.model_dump_json(by_alias=True) for line in lines), end.model_dump_json(by_alias=True), ""]
    ).encode()
