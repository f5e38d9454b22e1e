"""Every query on templates and the tenant's rule."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.wording.models import MailRule, MailTemplate
from shared.kit.db import tenant_of


class WordingRepository:
    """Templates of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def template(self, kind: str, language: str, *, lock: bool = False) -> MailTemplate | None:
        query = select(MailTemplate).where(
            MailTemplate.tenant_id == tenant_of(self._session),
            MailTemplate.kind == kind,
            MailTemplate.language == language,
        )
        return (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()

    async def templates(self) -> Sequence[MailTemplate]:
        query = select(MailTemplate).where(MailTemplate.tenant_id == tenant_of(self._session))
        return (await self._session.exec(query.order_by(col(MailTemplate.kind), col(MailTemplate.language)))).all()

    async def rule(self, *, lock: bool = False) -> MailRule | None:
        query = select(MailRule).where(MailRule.tenant_id == tenant_of(self._session))
        return (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()

    async def save(self, row: MailTemplate | MailRule) -> None:
        self._session.add(row)
        await self._session.flush()

    async def delete(self, row: MailTemplate) -> None:
        await self._session.delete(row)
        await self._session.flush()
