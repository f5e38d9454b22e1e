"""Reading and changing the phases and tracks of a project. Both are the customer's frame for the rows of a plan."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.phase.errors import KeyTaken, RowsRemain, WeeksBackwards
from services.projects.phase.models import Phase, Track
from services.projects.phase.repository import After, PhaseRepository
from services.projects.phase.schemas import PhaseChange, PhaseCreate, TrackChange, TrackCreate
from services.projects.plan.columns import window_values
from services.projects.plan.schemas import TextInput, WindowInput
from services.projects.project.service import ProjectService
from shared.contracts.projects import PhaseChanged, TrackChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.models import ApiPatch
from shared.web.preconditions import check_version

Verb = Literal["added", "changed", "removed"]
_TITLES = ("title", "purpose", "alias", "content")


class PhaseService:
    """The phases and tracks of a project."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._phases = PhaseRepository(session)
        self._projects = ProjectService(session)

    def add(self, phases: Sequence[Phase | Track]) -> None:
        """Take rows of a plan that is being made; who makes it tells of it."""
        self._phases.add(phases)

    async def list_after(self, project_id: UUID, after: After, limit: int | None) -> Sequence[Phase]:
        """Phases in the order of the plan, after a position and id."""
        return await self._phases.list_after(project_id, after, limit)

    async def tracks_after(self, project_id: UUID, after: After, limit: int | None) -> Sequence[Track]:
        return await self._phases.list_tracks(project_id, after, limit)

    async def held(self, project_id: UUID) -> tuple[frozenset[UUID], frozenset[str]]:
        """Ids of the phases and keys of the tracks; none of them can be removed before the transaction ends."""
        phases = await self._phases.hold(project_id)
        tracks = await self._phases.hold_tracks(project_id)
        return frozenset(phase.id for phase in phases), frozenset(track.key for track in tracks)

    async def get(self, phase_id: UUID) -> Phase:
        """Raises PhaseNotFound."""
        return await self._phases.get(phase_id)

    async def get_track(self, track_id: UUID) -> Track:
        """Raises TrackNotFound."""
        return await self._phases.get_track(track_id)

    async def create(self, project_id: UUID, new: PhaseCreate) -> Phase:
        """Raises ProjectNotFound, ProjectClosed, PlanIsApproved, KeyTaken, WeeksBackwards."""
        await self._projects.get_replannable(project_id)
        phases = await self._phases.list_after(project_id, None, None)
        _demand_free(new.key, phases)
        position = await self._phases.last_position(Phase, project_id) + 1
        values = {"position": position, **_values(new)}
        phase = Phase(tenant_id=tenant_of(self._session), project_id=project_id, key=new.key, **values)
        _demand_order(phase)
        self._phases.add([phase])
        await self._tell(phase, "added", {}, {"key": phase.key})
        return phase

    async def change(self, phase_id: UUID, version: int, change: PhaseChange) -> Phase:
        """Raises PhaseNotFound, StaleVersion, ProjectClosed, PlanIsApproved, WeeksBackwards."""
        phase = await self._phases.get(phase_id, lock=True)
        check_version(version, phase.version)
        await self._projects.get_replannable(phase.project_id)
        before, after = _apply(phase, _values(change))
        if after:
            _demand_order(phase)
            phase.touch()
            await self._tell(phase, "changed", before, after)
        return phase

    async def remove(self, phase_id: UUID, version: int) -> None:
        """Raises PhaseNotFound, StaleVersion, ProjectClosed, PlanIsApproved, RowsRemain."""
        phase = await self._phases.get(phase_id, lock=True)
        check_version(version, phase.version)
        await self._projects.get_replannable(phase.project_id)
        activities, gates = await self._phases.rows_of_phase(phase_id)
        if activities or gates:
            raise RowsRemain(activities, gates)
        phase.deleted_at = clock.now()
        phase.touch()
        await self._tell(phase, "removed", {"key": phase.key}, {})

    async def create_track(self, project_id: UUID, new: TrackCreate) -> Track:
        """Raises ProjectNotFound, ProjectClosed, KeyTaken."""
        await self._projects.get_active(project_id)
        _demand_free(new.key, await self._phases.list_tracks(project_id, None, None))
        position = await self._phases.last_position(Track, project_id) + 1
        values = {"position": position, **_values(new)}
        track = Track(tenant_id=tenant_of(self._session), project_id=project_id, key=new.key, **values)
        self._phases.add([track])
        await self._tell(track, "added", {}, {"key": track.key})
        return track

    async def change_track(self, track_id: UUID, version: int, change: TrackChange) -> Track:
        """Raises TrackNotFound, StaleVersion, ProjectClosed."""
        track = await self._phases.get_track(track_id, lock=True)
        check_version(version, track.version)
        await self._projects.get_active(track.project_id)
        before, after = _apply(track, _values(change))
        if after:
            track.touch()
            await self._tell(track, "changed", before, after)
        return track

    async def remove_track(self, track_id: UUID, version: int) -> None:
        """Raises TrackNotFound, StaleVersion, ProjectClosed, RowsRemain."""
        track = await self._phases.get_track(track_id, lock=True)
        check_version(version, track.version)
        await self._projects.get_active(track.project_id)
        if activities := await self._phases.rows_of_track(track):
            raise RowsRemain(activities)
        await self._tell(track, "removed", {"key": track.key}, {})
        await self._phases.delete(track)

    async def _tell(self, row: Phase | Track, verb: Verb, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        entity = "phase" if isinstance(row, Phase) else "track"
        await record(self._session, f"{entity}.{_JOURNAL[verb]}", entity, row.id, before=before, after=after)
        if isinstance(row, Phase):
            told = PhaseChanged(project_id=row.project_id, phase_id=row.id, version=row.version, change=verb)
            await publish(self._session, told)
        else:
            told_of = TrackChanged(project_id=row.project_id, track_id=row.id, version=row.version, change=verb)
            await publish(self._session, told_of)


_JOURNAL: dict[Verb, str] = {"added": "create", "changed": "change", "removed": "delete"}


def _values(change: ApiPatch) -> dict[str, Any]:
    """The columns that a change sets."""
    found: dict[str, Any] = {}
    for name in change.model_fields_set - {"key"}:
        value = getattr(change, name)
        if name == "window":
            found |= window_values(value.widened() if isinstance(value, WindowInput) else None)
        else:
            found[name] = value.text().model_dump() if isinstance(value, TextInput) else value
    return found


def _apply(row: Phase | Track, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set what differs; what was and what is, for the journal, which says of texts only that they changed."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in values.items():
        if getattr(row, name) != value:
            before[name], after[name] = getattr(row, name), value
            setattr(row, name, value)
    texts = [name for name in after if name in _TITLES]
    return {k: v for k, v in before.items() if k not in texts}, after | dict.fromkeys(texts, "changed")


def _demand_free(key: str, rows: Sequence[Phase] | Sequence[Track]) -> None:
    if any(row.key == key for row in rows):
        raise KeyTaken()


def _demand_order(phase: Phase) -> None:
    low, high = phase.nominal_weeks_min, phase.nominal_weeks_max
    if low is not None and high is not None and low > high:
        raise WeeksBackwards()
