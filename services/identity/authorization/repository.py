"""Every SELECT of logins under way and of codes. Single use is decided by the database, never by Python."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.authorization.models import AuthorizationCode, LoginRequest


class LoginRequestRepository:
    """The logins under way at the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: LoginRequest) -> None:
        self._session.add(row)

    async def find_open(self, handle_hash: bytes, browser_hash: bytes, at: datetime) -> LoginRequest | None:
        """The login of this handle and browser, locked, while it is neither used nor expired.

        A trial's login belongs to no browser until the first one departs with it.
        """
        query = (
            select(LoginRequest)
            .where(
                LoginRequest.handle_hash == handle_hash,
                or_(
                    LoginRequest.browser_hash == browser_hash,
                    and_(LoginRequest.purpose == "trial", col(LoginRequest.browser_hash).is_(None)),
                ),
                col(LoginRequest.used_at).is_(None),
                col(LoginRequest.expires_at) > at,
            )
            .with_for_update()
        )
        return (await self._session.exec(query)).one_or_none()

    async def delete_expired(self, until: datetime) -> None:
        await self._session.execute(delete(LoginRequest).where(col(LoginRequest.expires_at) < until))


class CodeRepository:
    """The codes of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: AuthorizationCode) -> None:
        self._session.add(row)

    async def use(self, code_hash: bytes, family_id: UUID, at: datetime) -> AuthorizationCode | None:
        """The code, used up for `family_id`; None when it is unknown, expired or was used before."""
        statement = (
            update(AuthorizationCode)
            .where(
                col(AuthorizationCode.code_hash) == code_hash,
                col(AuthorizationCode.used_at).is_(None),
                col(AuthorizationCode.expires_at) > at,
            )
            .values(used_at=at, family_id=family_id)
            .returning(AuthorizationCode)
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def family_of_used(self, code_hash: bytes) -> UUID | None:
        """What a used code was redeemed for, so that its second use can end that too (RFC 6749 section 4.1.2)."""
        query = select(AuthorizationCode.family_id).where(
            AuthorizationCode.code_hash == code_hash, col(AuthorizationCode.used_at).is_not(None)
        )
        return (await self._session.exec(query)).one_or_none()

    async def delete_expired(self, until: datetime) -> None:
        await self._session.execute(delete(AuthorizationCode).where(col(AuthorizationCode.expires_at) < until))
