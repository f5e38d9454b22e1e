"""Every statement about share links."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.share.errors import ShareLinkNotFound
from services.projects.share.models import ShareLink
from shared.kit.db import tenant_of


class ShareRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, link: ShareLink) -> None:
        self._session.add(link)

    async def get(self, link_id: UUID, *, lock: bool = False) -> ShareLink:
        """Raises ShareLinkNotFound."""
        query = select(ShareLink).where(ShareLink.tenant_id == tenant_of(self._session), ShareLink.id == link_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise ShareLinkNotFound()
        return found

    async def valid(self, secret_hash: bytes, at: datetime) -> ShareLink | None:
        query = select(ShareLink).where(
            ShareLink.tenant_id == tenant_of(self._session),
            ShareLink.secret_hash == secret_hash,
            col(ShareLink.revoked_at).is_(None),
            ShareLink.expires_at > at,
        )
        return (await self._session.exec(query)).one_or_none()

    async def made_by(self, account_id: UUID) -> Sequence[ShareLink]:
        query = select(ShareLink).where(
            ShareLink.tenant_id == tenant_of(self._session), ShareLink.created_by == account_id
        )
        return (await self._session.exec(query)).all()

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[ShareLink]:
        query = select(ShareLink).where(
            ShareLink.tenant_id == tenant_of(self._session), ShareLink.project_id == project_id
        )
        if after is not None:
            query = query.where(col(ShareLink.id) > after)
        return (await self._session.exec(query.order_by(col(ShareLink.id)).limit(limit))).all()
