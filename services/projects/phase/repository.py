"""Every statement about phases and tracks."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.phase.errors import PhaseNotFound, TrackNotFound
from services.projects.phase.models import Phase, Track
from shared.kit.db import tenant_of

Row = TypeVar("Row", Phase, Track)
After = tuple[int, UUID] | None

# Activities and gates stand above this feature: what hangs on a phase is asked by the names of their tables.
_ROWS_OF_PHASE = text(
    "SELECT (SELECT count(*) FROM activity WHERE tenant_id = :tenant AND phase_id = :phase AND deleted_at IS NULL)"
    " AS activities, (SELECT count(*) FROM gate WHERE tenant_id = :tenant AND phase_id = :phase) AS gates"
)
_ROWS_OF_TRACK = text(
    "SELECT count(*) FROM activity"
    " WHERE tenant_id = :tenant AND project_id = :project AND track_key = :key AND deleted_at IS NULL"
)


class PhaseRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, phases: Sequence[Phase | Track]) -> None:
        self._session.add_all(phases)

    async def get(self, phase_id: UUID, *, lock: bool = False) -> Phase:
        """Raises PhaseNotFound, also for a phase that was removed."""
        query = select(Phase).where(Phase.tenant_id == tenant_of(self._session), Phase.id == phase_id)
        query = query.where(col(Phase.deleted_at).is_(None))
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise PhaseNotFound()
        return found

    async def list_after(self, project_id: UUID, after: After, limit: int | None) -> Sequence[Phase]:
        query = select(Phase).where(Phase.tenant_id == tenant_of(self._session), Phase.project_id == project_id)
        query = query.where(col(Phase.deleted_at).is_(None))
        if after is not None:
            later = (col(Phase.position) == after[0]) & (col(Phase.id) > after[1])
            query = query.where(or_(col(Phase.position) > after[0], later))
        return (await self._session.exec(query.order_by(col(Phase.position), col(Phase.id)).limit(limit))).all()

    async def hold(self, project_id: UUID) -> Sequence[Phase]:
        """The phases of a project, none of which can be removed before the transaction ends."""
        query = select(Phase).where(Phase.tenant_id == tenant_of(self._session), Phase.project_id == project_id)
        query = query.where(col(Phase.deleted_at).is_(None)).order_by(col(Phase.id))
        return (await self._session.exec(query.with_for_update(read=True, key_share=True))).all()

    async def last_position(self, kind: type[Row], project_id: UUID) -> int:
        query = select(func.max(kind.position)).where(
            kind.tenant_id == tenant_of(self._session), kind.project_id == project_id
        )
        return (await self._session.exec(query)).one() or 0

    async def rows_of_phase(self, phase_id: UUID) -> tuple[int, int]:
        """How many activities and gates belong to a phase."""
        values = {"tenant": tenant_of(self._session), "phase": phase_id}
        row = (await self._session.execute(_ROWS_OF_PHASE, values)).one()
        return int(row.activities), int(row.gates)

    async def get_track(self, track_id: UUID, *, lock: bool = False) -> Track:
        """Raises TrackNotFound."""
        query = select(Track).where(Track.tenant_id == tenant_of(self._session), Track.id == track_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise TrackNotFound()
        return found

    async def list_tracks(self, project_id: UUID, after: After, limit: int | None) -> Sequence[Track]:
        query = select(Track).where(Track.tenant_id == tenant_of(self._session), Track.project_id == project_id)
        if after is not None:
            later = (col(Track.position) == after[0]) & (col(Track.id) > after[1])
            query = query.where(or_(col(Track.position) > after[0], later))
        return (await self._session.exec(query.order_by(col(Track.position), col(Track.id)).limit(limit))).all()

    async def hold_tracks(self, project_id: UUID) -> Sequence[Track]:
        """The tracks of a project, none of which can be removed before the transaction ends."""
        query = select(Track).where(Track.tenant_id == tenant_of(self._session), Track.project_id == project_id)
        query = query.order_by(col(Track.id))
        return (await self._session.exec(query.with_for_update(read=True, key_share=True))).all()

    async def rows_of_track(self, track: Track) -> int:
        values = {"tenant": tenant_of(self._session), "project": track.project_id, "key": track.key}
        return int((await self._session.execute(_ROWS_OF_TRACK, values)).scalar_one())

    async def delete(self, track: Track) -> None:
        await self._session.delete(track)
        await self._session.flush()
