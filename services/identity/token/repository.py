"""Every SELECT of refresh tokens. Single use is decided by the database, never by Python."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.token.models import RefreshFamily, RefreshToken


class TokenRepository:
    """The refresh tokens of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add_family(self, family: RefreshFamily) -> None:
        self._session.add(family)

    def add_token(self, token: RefreshToken) -> None:
        self._session.add(token)

    async def use(self, token_hash: bytes, at: datetime) -> RefreshToken | None:
        """The token, used up; None when it is unknown, expired or was used before."""
        statement = (
            update(RefreshToken)
            .where(
                col(RefreshToken.token_hash) == token_hash,
                col(RefreshToken.used_at).is_(None),
                col(RefreshToken.expires_at) > at,
            )
            .values(used_at=at)
            .returning(RefreshToken)
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def find(self, token_hash: bytes) -> RefreshToken | None:
        return (
            await self._session.exec(select(RefreshToken).where(RefreshToken.token_hash == token_hash))
        ).one_or_none()

    async def find_family(self, family_id: UUID) -> RefreshFamily | None:
        """The family, locked: a refresh and a revocation at the same time must see each other."""
        query = select(RefreshFamily).where(RefreshFamily.id == family_id).with_for_update()
        return (await self._session.exec(query)).one_or_none()

    async def delete_expired(self, until: datetime) -> None:
        await self._session.execute(delete(RefreshFamily).where(col(RefreshFamily.expires_at) < until))
