"""Logins at one application, page by page."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.client.naming import tenant_of_client
from services.identity.clientlogin.repository import ClientLoginRepository
from shared.contracts.identity_access import ClientLogin, ClientLoginsRead
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import BadRequest, NotFound

_FIRST = UUID(int=0)
# What is committed late is told twice rather than never.
_LATE = timedelta(minutes=2)


class ClientLoginService:
    """One transaction's view of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = ClientLoginRepository(session)

    async def page(self, client_id: str, after: int, cursor: str | None, limit: int) -> bytes:
        """A page as NDJSON (`parse_logins_page`). Raises BadRequest for a cursor that is not ours.

        Raises NotFound but for an application of the tenant's own: another's is nobody's business here, and whoever
        logs in at ours has not reached a platform.
        """
        if tenant_of_client(client_id) != tenant_of(self._session):
            raise NotFound()
        read, person = _place(cursor)
        until = read or int(clock.now().timestamp())
        since = datetime.fromtimestamp(after, UTC) - _LATE
        rows = await self._rows.list(client_id, since, person, limit + 1)
        shown = [ClientLogin(person_id=row.person_id, last_login_on=row.last_login_on) for row in rows[:limit]]
        following = f"{until}.{shown[-1].person_id}" if len(rows) > limit else None
        end = ClientLoginsRead(next=following, version=until)
        lines = [line.model_dump_json(by_alias=True) for line in (*shown, end)]
        return "\n".join([*lines, ""]).encode()


def _place(cursor: str | None) -> tuple[int | None, UUID]:
    """The instant of the reading, and the person who was read last."""
    if cursor is None:
        return None, _FIRST
    until, _, person = cursor.partition(".")
    try:
        return int(until), UUID(person)
    except ValueError:
        raise BadRequest("the cursor is none of ours") from None
