"""Which identity providers may vouch for several tenants: the operator of the platform says so, with a reason."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.onboarding.errors import IssuerSharedAlready, SharedIssuerNotFound
from services.identity.onboarding.models import SharedIssuer
from services.identity.onboarding.schemas import SharedIssuerCreate
from shared.kit.journal import record


class SharingService:
    """The list of shared providers. It names providers, never tenants."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def share(self, body: SharedIssuerCreate) -> SharedIssuer:
        """Let several tenants log in by one provider. Raises IssuerSharedAlready."""
        query = select(SharedIssuer).where(SharedIssuer.issuer == body.issuer)
        if (await self._session.exec(query)).one_or_none() is not None:
            raise IssuerSharedAlready()
        row = SharedIssuer(issuer=body.issuer, reason=body.reason)
        self._session.add(row)
        after = {"issuer": row.issuer}
        await record(self._session, "issuer.shared", "shared_issuer", row.id, after=after, reason=body.reason)
        return row

    async def withdraw(self, shared_id: UUID) -> None:
        """No further tenant may use it; those that do go on. Raises SharedIssuerNotFound."""
        row = await self._session.get(SharedIssuer, shared_id)
        if row is None:
            raise SharedIssuerNotFound()
        await self._session.delete(row)
        await record(self._session, "issuer.unshared", "shared_issuer", row.id, before={"issuer": row.issuer})

    async def list(self, limit: int, after: UUID | None) -> Sequence[SharedIssuer]:
        query = select(SharedIssuer).order_by(col(SharedIssuer.id)).limit(limit)
        if after is not None:
            query = query.where(col(SharedIssuer.id) > after)
        return (await self._session.exec(query)).all()
