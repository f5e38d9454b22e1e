"""Every query on waves."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, delete, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.wave.models import Wave, WaveUnit
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.kit.text import Text


class WaveRepository:
    """Waves of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, wave_id: UUID, *, lock: bool = False) -> Wave:
        """The wave, or NotFound."""
        query = select(Wave).where(Wave.tenant_id == tenant_of(self._session), Wave.id == wave_id)
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise NotFound(Text(sv="Vågen finns inte", en="There is no such wave", da="Bølgen findes ikke"))
        return found

    async def find_name(self, name: str) -> Wave | None:
        """The wave with this name."""
        query = select(Wave).where(Wave.tenant_id == tenant_of(self._session), Wave.name == name)
        return (await self._session.exec(query)).one_or_none()

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Wave]:
        """Waves, oldest first."""
        query = select(Wave).where(Wave.tenant_id == tenant_of(self._session))
        if after:
            query = query.where(tuple_(col(Wave.id)) > after)
        return (await self._session.exec(query.order_by(col(Wave.id)).limit(limit))).all()

    async def units(self, ids: Sequence[UUID]) -> dict[UUID, Sequence[UUID]]:
        """The units of each wave."""
        query = select(WaveUnit).where(WaveUnit.tenant_id == tenant_of(self._session), col(WaveUnit.wave_id).in_(ids))
        found = defaultdict(list)
        for row in (await self._session.exec(query.order_by(col(WaveUnit.unit_id)))).all():
            found[row.wave_id].append(row.unit_id)
        return dict(found)

    async def elsewhere(self, wave_id: UUID, units: Sequence[UUID]) -> Sequence[UUID]:
        """Those of `units` that are in another wave."""
        query = select(WaveUnit.unit_id).where(
            WaveUnit.tenant_id == tenant_of(self._session),
            col(WaveUnit.unit_id).in_(units),
            WaveUnit.wave_id != wave_id,
        )
        return (await self._session.exec(query.order_by(col(WaveUnit.unit_id)))).all()

    async def set_units(self, wave_id: UUID, units: Sequence[UUID]) -> None:
        """Replace the units of a wave that is stored."""
        tenant = tenant_of(self._session)
        mine = (col(WaveUnit.tenant_id) == tenant, col(WaveUnit.wave_id) == wave_id)
        await self._session.exec(delete(WaveUnit).where(*mine))
        self._session.add_all(WaveUnit(tenant_id=tenant, wave_id=wave_id, unit_id=unit) for unit in sorted(set(units)))

    def add(self, wave: Wave) -> None:
        self._session.add(wave)
