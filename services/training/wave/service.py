"""Waves: created, changed, listed; coverage per wave is counted when it is asked for."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.roster.service import RosterService
from services.training.signal.service import ask_signals
from services.training.wave.errors import UnitInOtherWave, WaveNameTaken
from services.training.wave.models import Wave
from services.training.wave.repository import WaveRepository
from services.training.wave.schemas import WaveCreate, WaveUpdate
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.web.preconditions import check_version

_NO_UNIT = Text(sv="Enheten finns inte", en="There is no such unit", da="Enheden findes ikke")
Listed = tuple[Wave, Sequence[UUID]]


class WaveService:
    """One transaction's work on waves; each comes with its units."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._waves = WaveRepository(session)

    async def create(self, given: WaveCreate) -> Listed:
        """A wave; WaveNameTaken when there is one of that name."""
        known = await self._waves.find_name(given.name)
        if known is not None:
            raise WaveNameTaken(waveId=str(known.id))
        wave = Wave(tenant_id=tenant_of(self._session), name=given.name, goes_live_on=given.goes_live_on)
        await self._check(wave.id, given.unit_ids)
        self._waves.add(wave)
        await self._session.flush()
        await self._waves.set_units(wave.id, given.unit_ids)
        await record(self._session, "wave.create", "wave", wave.id, after=_facts(wave, given.unit_ids))
        await ask_signals(self._session)
        return await self._listed(wave)

    async def change(self, wave_id: UUID, given: WaveUpdate, version: int) -> Listed:
        """Apply the given fields to the version that the caller saw."""
        wave = await self._waves.get(wave_id, lock=True)
        check_version(version, wave.version)
        _, units = await self._listed(wave)
        before = _facts(wave, units)
        if "goes_live_on" in given.model_fields_set:
            wave.goes_live_on = given.goes_live_on
        if given.unit_ids is not None:
            await self._check(wave.id, given.unit_ids)
            await self._waves.set_units(wave.id, given.unit_ids)
        wave.touch()
        listed = await self._listed(wave)
        await record(self._session, "wave.change", "wave", wave.id, before=before, after=_facts(wave, listed[1]))
        await ask_signals(self._session)
        return listed

    async def get(self, wave_id: UUID) -> Listed:
        """The wave, or NotFound."""
        return await self._listed(await self._waves.get(wave_id))

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Listed]:
        """Waves, oldest first."""
        waves = await self._waves.list(limit, after)
        units = await self._waves.units([each.id for each in waves])
        return [(each, units.get(each.id, [])) for each in waves]

    async def _listed(self, wave: Wave) -> Listed:
        await self._session.flush()
        return wave, (await self._waves.units([wave.id])).get(wave.id, [])

    async def _check(self, wave_id: UUID, units: Sequence[UUID]) -> None:
        known = await RosterService(self._session).units(units)
        wrong = [
            FieldError(pointer=f"#/unitIds/{index}", detail=_NO_UNIT, code="unknown")
            for index, unit in enumerate(units)
            if unit not in known
        ]
        if wrong:
            raise Invalid(_NO_UNIT, errors=wrong)
        elsewhere = await self._waves.elsewhere(wave_id, units)
        if elsewhere:
            raise UnitInOtherWave(unitIds=[str(unit) for unit in elsewhere])


def _facts(wave: Wave, units: Sequence[UUID]) -> dict[str, object]:
    goes = wave.goes_live_on.isoformat() if wave.goes_live_on else None
    return {"goes_live_on": goes, "units": [str(unit) for unit in units]}
