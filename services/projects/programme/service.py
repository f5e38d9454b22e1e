"""Programmes with their waves, and the task lists that they give out."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.plan.offset import AnchorUnknown, RelativeWindow
from services.projects.plan.schemas import WindowInput
from services.projects.plan.window import Window
from services.projects.programme.errors import (
    AnchorsRefused,
    ProgrammeClosed,
    ProgrammeKeyTaken,
    WaveKeyTaken,
    WaveSizesContradict,
    WaveStepRefused,
)
from services.projects.programme.models import Programme, Publication, Wave
from services.projects.programme.repository import ProgrammeRepository
from services.projects.programme.schemas import ProgrammeChange, ProgrammeCreate, WaveChange, WaveCreate, day_of
from services.projects.programme.vocabulary import STEPS, ProgrammeState, WaveState, WaveStep
from services.projects.template.definition import Template
from services.projects.template.published import Published
from shared.contracts.projects_programme import (
    ProgrammeChanged,
    ProgrammeCreated,
    ProgrammeTaskListPublished,
    WaveMoved,
)
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

MOST_WAVES = 200


class ProgrammeService:
    """The programmes of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = ProgrammeRepository(session)

    async def create(self, body: ProgrammeCreate, template: Template | None) -> Programme:
        """Raises ProgrammeKeyTaken, AnchorsRefused."""
        if await self._rows.has_key(body.key):
            raise ProgrammeKeyTaken()
        rules = template.options if template else {}
        gates, score = rules.get("readiness_gates_wave"), rules.get("readiness_min_score")
        programme = Programme(
            tenant_id=tenant_of(self._session),
            key=body.key,
            title=body.title.text().model_dump(),
            template_key=body.template_key,
            template_version=body.template_version,
            expected_size=template.programme_size if template and body.expected_size is None else body.expected_size,
            gates_on_readiness=bool(gates and gates.default)
            if body.gates_on_readiness is None
            else body.gates_on_readiness,
            readiness_min_score=_first(body.readiness_min_score, score.default if score else None, 70),
        )
        waves = _waves_of(template, programme, _days(body, template)) if template else []
        await self._rows.add(programme)
        await self._rows.add(*waves)
        after = {"key": programme.key, "waves": len(waves)}
        await record(self._session, "programme.create", "programme", programme.id, after=after)
        await publish(self._session, ProgrammeCreated(programme_id=programme.id))
        return programme

    async def get(self, programme_id: UUID) -> Programme:
        """Raises ProgrammeNotFound."""
        return await self._rows.get(programme_id)

    async def lock_active(self, programme_id: UUID) -> Programme:
        """Raises ProgrammeNotFound, ProgrammeClosed."""
        programme = await self._rows.get(programme_id, lock=True)
        if programme.state != ProgrammeState.active:
            raise ProgrammeClosed()
        return programme

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[Programme]:
        return await self._rows.list_after(after, limit)

    async def change(self, programme_id: UUID, version: int, change: ProgrammeChange) -> Programme:
        """Raises ProgrammeNotFound, StaleVersion, ProgrammeClosed."""
        programme = await self._rows.get(programme_id, lock=True)
        check_version(version, programme.version)
        given = {name: getattr(change, name) for name in change.model_fields_set}
        is_closed = programme.state == ProgrammeState.closed and given.get("state") != ProgrammeState.active
        if is_closed and given.keys() - {"state"}:
            raise ProgrammeClosed()
        if change.title is not None:
            given["title"] = change.title.text().model_dump()
        if change.state is not None:
            given["state"] = change.state.value
        before = {name: getattr(programme, name) for name in given}
        for name, value in given.items():
            setattr(programme, name, value)
        programme.touch()
        await record(self._session, "programme.change", "programme", programme.id, before=before, after=given)
        await publish(self._session, ProgrammeChanged(programme_id=programme.id))
        return programme

    async def add_wave(self, programme_id: UUID, body: WaveCreate) -> Wave:
        """Raises ProgrammeNotFound, ProgrammeClosed, WaveKeyTaken, WaveSizesContradict."""
        await self.lock_active(programme_id)
        others = await self._rows.waves(programme_id, None, MOST_WAVES)
        if any(one.key == body.key for one in others):
            raise WaveKeyTaken()
        wave = Wave(
            tenant_id=tenant_of(self._session),
            programme_id=programme_id,
            key=body.key,
            position=max((one.position for one in others), default=-1) + 1,
            kind=body.kind.value,
            audience=body.audience.value,
            title=body.title.text().model_dump(),
            size_min=body.size_min,
            size_max=body.size_max,
            size_of=body.size_of.value,
        )
        wave.set_window(_widened(body.rollout))
        wave.set_use(_widened(body.use))
        _demand_sizes(wave)
        await self._rows.add(wave)
        await record(self._session, "wave.create", "wave", wave.id, after={"key": wave.key})
        await publish(self._session, ProgrammeChanged(programme_id=programme_id, wave_id=wave.id))
        return wave

    async def wave(self, wave_id: UUID, *, lock: bool = False) -> Wave:
        """Raises WaveNotFound."""
        return await self._rows.wave(wave_id, lock=lock)

    async def waves(self, programme_id: UUID, after: int | None = None, limit: int = MOST_WAVES) -> Sequence[Wave]:
        """In their order."""
        return await self._rows.waves(programme_id, after, limit)

    async def change_wave(self, wave_id: UUID, version: int, change: WaveChange) -> Wave:
        """Raises WaveNotFound, StaleVersion, ProgrammeClosed, WaveSizesContradict."""
        await self.lock_active((await self._rows.wave(wave_id)).programme_id)
        wave = await self._rows.wave(wave_id, lock=True)
        check_version(version, wave.version)
        given = change.model_fields_set
        before = _noted(wave)
        if change.title is not None:
            wave.title = change.title.text().model_dump()
        if "rollout" in given:
            wave.set_window(_widened(change.rollout))
        if "use" in given:
            wave.set_use(_widened(change.use))
        for name in given & {"size_min", "size_max"}:
            setattr(wave, name, getattr(change, name))
        _demand_sizes(wave)
        wave.touch()
        await record(self._session, "wave.change", "wave", wave.id, before=before, after=_noted(wave))
        await publish(self._session, ProgrammeChanged(programme_id=wave.programme_id, wave_id=wave.id))
        return wave

    async def step(self, wave_id: UUID, step: WaveStep) -> Wave:
        """Start, pause, resume or complete a wave. Raises WaveNotFound, ProgrammeClosed, WaveStepRefused."""
        await self.lock_active((await self._rows.wave(wave_id)).programme_id)
        wave = await self._rows.wave(wave_id, lock=True)
        wanted, now = STEPS[step]
        if wave.state != wanted:
            raise WaveStepRefused(step, wave.state, wanted)
        wave.state = now.value
        wave.touch()
        before, after = {"state": wanted.value}, {"state": now.value}
        await record(self._session, f"wave.{step.name}", "wave", wave.id, before=before, after=after)
        moved = WaveMoved(programme_id=wave.programme_id, wave_id=wave.id, state=WaveState(now).value)
        await publish(self._session, moved)
        return wave

    async def publish_list(self, programme_id: UUID, found: Published) -> Publication:
        """Give out a version of a template as the task list. Raises ProgrammeNotFound, ProgrammeClosed."""
        await self.lock_active(programme_id)
        row = Publication(
            tenant_id=tenant_of(self._session),
            programme_id=programme_id,
            number=await self._rows.last_number(programme_id) + 1,
            template_key=found.template.key,
            template_version=found.template.version,
            digest=found.digest,
            published_at=clock.now(),
        )
        await self._rows.add(row)
        after = {"number": row.number, "key": row.template_key, "version": row.template_version}
        await record(self._session, "programme.publish_task_list", "programme", programme_id, after=after)
        event = ProgrammeTaskListPublished(programme_id=programme_id, publication_id=row.id, number=row.number)
        await publish(self._session, event)
        return row

    async def publications(self, programme_id: UUID, before: int | None, limit: int) -> Sequence[Publication]:
        """The newest first."""
        return await self._rows.publications(programme_id, before, limit)


def _first(*values: int | bool | None) -> int:
    return next(int(value) for value in values if value is not None)


def _days(body: ProgrammeCreate, template: Template | None) -> dict[str, date]:
    known = template.anchors if template else {}
    if unknown := sorted(body.anchors.keys() - known.keys()):
        raise AnchorsRefused.unknown(unknown)
    days = {}
    for key, value in body.anchors.items():
        try:
            days[key] = day_of(value)
        except ValueError:
            raise AnchorsRefused.no_day(key) from None
    return days


def _waves_of(template: Template, programme: Programme, days: dict[str, date]) -> list[Wave]:
    waves = []
    for made in template.waves:
        wave = Wave(
            tenant_id=programme.tenant_id,
            programme_id=programme.id,
            key=made.key,
            position=made.order,
            kind=made.kind,
            audience=made.audience,
            title=made.title.model_dump(),
            size_min=made.size_min,
            size_max=made.size_max,
            size_of=made.size_of,
            source_ref=made.source_ref,
        )
        wave.set_window(_resolved(made.rollout, days))
        wave.set_use(_resolved(made.use, days))
        waves.append(wave)
    return waves


def _resolved(window: RelativeWindow | None, days: dict[str, date]) -> Window | None:
    """The window in dates; None while the day that it hangs on is not given."""
    try:
        return window.resolve(days) if window else None
    except AnchorUnknown:
        return None


def _widened(window: WindowInput | None) -> Window | None:
    return window.widened() if window else None


def _demand_sizes(wave: Wave) -> None:
    if wave.size_min is not None and wave.size_max is not None and wave.size_min > wave.size_max:
        raise WaveSizesContradict()


def _noted(wave: Wave) -> dict[str, object]:
    return {
        "rollout": wave.window and wave.window.model_dump(mode="json"),
        "use": wave.use and wave.use.model_dump(mode="json"),
        "size_min": wave.size_min,
        "size_max": wave.size_max,
    }
