"""Every query on issuers' keys."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.issuer.models import IssuerKey, IssuerProfile
from shared.kit.db import tenant_of

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:tenant AS uuid)::text, 23))")


class IssuerRepository:
    """Keys of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def lock(self) -> None:
        """Let one transaction at a time make or retire a key."""
        await self._session.execute(_LOCK, {"tenant": self._tenant})

    async def in_use(self) -> IssuerKey | None:
        """The key that signs now."""
        query = select(IssuerKey).where(IssuerKey.tenant_id == self._tenant, col(IssuerKey.retired_at).is_(None))
        return (await self._session.exec(query)).one_or_none()

    async def list(self) -> Sequence[IssuerKey]:
        """Every key, the newest first."""
        query = select(IssuerKey).where(IssuerKey.tenant_id == self._tenant)
        return (await self._session.exec(query.order_by(col(IssuerKey.id).desc()))).all()

    async def profile(self) -> IssuerProfile | None:
        """How the authority is called, where it has said so."""
        query = select(IssuerProfile).where(IssuerProfile.tenant_id == self._tenant)
        return (await self._session.exec(query)).one_or_none()

    def add(self, row: IssuerKey | IssuerProfile) -> None:
        self._session.add(row)
