"""Every statement about templates that a tenant has published."""

from collections.abc import Sequence

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.template.models import PublishedTemplate
from shared.kit.db import tenant_of


class TemplateRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, template: PublishedTemplate) -> None:
        self._session.add(template)
        await self._session.flush()

    async def find(self, key: str, version: str) -> PublishedTemplate | None:
        query = select(PublishedTemplate).where(
            PublishedTemplate.tenant_id == tenant_of(self._session),
            PublishedTemplate.key == key,
            PublishedTemplate.version == version,
        )
        return (await self._session.exec(query)).one_or_none()

    async def all(self) -> Sequence[PublishedTemplate]:
        """All of the tenant: they are few, since each was written by somebody."""
        query = select(PublishedTemplate).where(PublishedTemplate.tenant_id == tenant_of(self._session))
        return (await self._session.exec(query)).all()
