"""Making, reading and erasing evidence packs."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.evidence.content import Proven, hash_of, pack_content
from services.sync.evidence.keys import publish_key
from services.sync.evidence.models import EvidencePack
from services.sync.evidence.signing import EvidenceKey
from services.sync.verification.facts import Limits
from services.sync.verification.reading import read_facts
from services.sync.verification.service import VerificationService
from shared.auth import Principal
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.kit.problems import NotFound
from shared.queue import start_job

PURGE_JOB = "evidence-purge"


class EvidenceService:
    """Packs of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def make(
        self, unit_id: UUID, caller: Principal, key: EvidenceKey, limits: Limits, keep_days: int
    ) -> EvidencePack:
        """How the unit stands now, signed. Raises NotFound, Unavailable where the service has no key."""
        verification = VerificationService(self._session, limits)
        report = await verification.report(unit_id)
        state = (await verification.states()).get(unit_id)
        signed = next((row for row in await verification.sign_offs(unit_id, None, 1) if row.lapsed_at is None), None)
        tenant, facts = tenant_of(self._session), await read_facts(self._session)
        content = pack_content(tenant, Proven(facts, report, state, signed, limits))
        pack_id, digest, now = new_id(), hash_of(content), clock.now()
        claims = {
            "iss": "urn:startklar:sync",
            "iat": int(now.timestamp()),
            "jti": str(pack_id),
            "tenantId": str(tenant),
            "unitId": str(unit_id),
            "contentHash": digest,
        }
        pack = EvidencePack(
            tenant_id=tenant,
            id=pack_id,
            unit_id=unit_id,
            made_at=now,
            made_by=caller.subject,
            content=content,
            content_hash=digest,
            signature=key.sign(claims),
        )
        self._session.add(pack)
        await publish_key(self._session, key)
        await record(self._session, "evidence.make", "unit", unit_id, after={"packId": str(pack_id), "hash": digest})
        await start_job(self._session, PURGE_JOB, {"packId": pack_id}, after=timedelta(days=keep_days))
        return pack

    async def get(self, pack_id: UUID, units: Collection[UUID] | None) -> EvidencePack:
        """Raises NotFound, also for a pack of a unit outside `units`."""
        query = select(EvidencePack).where(EvidencePack.tenant_id == tenant_of(self._session))
        pack = (await self._session.exec(query.where(EvidencePack.id == pack_id))).one_or_none()
        if pack is None or (units is not None and pack.unit_id not in units):
            raise NotFound()
        return pack

    async def list_before(
        self, unit_id: UUID | None, units: Collection[UUID] | None, before: UUID | None, limit: int
    ) -> Sequence[EvidencePack]:
        """The newest first."""
        query = select(EvidencePack).where(EvidencePack.tenant_id == tenant_of(self._session))
        query = query if unit_id is None else query.where(EvidencePack.unit_id == unit_id)
        query = query if units is None else query.where(col(EvidencePack.unit_id).in_(units))
        query = query if before is None else query.where(EvidencePack.id < before)
        return (await self._session.exec(query.order_by(col(EvidencePack.id).desc()).limit(limit))).all()

    async def purge(self, pack_id: UUID) -> None:
        """Erase a pack whose time is over; erasing it again does nothing."""
        query = select(EvidencePack).where(EvidencePack.tenant_id == tenant_of(self._session))
        pack = (await self._session.exec(query.where(EvidencePack.id == pack_id))).one_or_none()
        if pack is not None:
            await self._session.delete(pack)
            await record(self._session, "evidence.purge", "unit", pack.unit_id, after={"packId": str(pack_id)})
