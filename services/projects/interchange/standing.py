"""The plan as it stands, read once for a file that goes out or one that came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity
from services.projects.dependency.ends import LinkRow
from services.projects.dependency.service import DependencyService
from services.projects.interchange.cells import Cells, link_of
from services.projects.interchange.context import Context, Part
from services.projects.interchange.mspdi import uids
from services.projects.interchange.planning import Standing
from services.projects.phase.models import Phase, Track
from services.projects.phase.service import PhaseService
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.unit.service import UnitService
from shared.kit.text import Lang, Text


@dataclass(frozen=True)
class PlanFacts:
    """A project with all that a file can name."""

    project: Project
    phases: Sequence[Phase]
    tracks: Sequence[Track]
    rows: Sequence[Activity]
    links: Sequence[LinkRow]
    unit_names: Mapping[UUID, str]

    @property
    def phase_keys(self) -> dict[UUID, str]:
        return {phase.id: phase.key for phase in self.phases}

    @property
    def phase_ids(self) -> dict[str, UUID]:
        return {phase.key: phase.id for phase in self.phases}

    def parts(self, rows: Sequence[Phase | Track]) -> tuple[Part, ...]:
        return tuple(Part(key=row.key, title=Text.model_validate(row.title)) for row in rows)

    def uids(self) -> dict[str, int]:
        """MSPDI numbers of rows and phases, by id."""
        return uids([*(str(row.id) for row in self.rows), *(str(phase.id) for phase in self.phases)])

    def context(self, lang: Lang, options: Mapping[str, object]) -> Context:
        """What a parser must know; `options` as the import holds them."""
        rows = {str(row.id) for row in self.rows}
        return Context.of(
            {
                "project": str(self.project.id),
                "lang": lang,
                "phases": self.parts(self.phases),
                "tracks": self.parts(self.tracks),
                "units": {str(unit): name for unit, name in self.unit_names.items()},
                "uids": {uid: row for row, uid in self.uids().items() if row in rows},
                **options,
            }
        )

    def cells(self, lang: Lang) -> dict[str, Cells]:
        """The values of every row, by id."""
        waits: dict[UUID, list[str]] = {}
        there = {row.id for row in self.rows}
        for link in self.links:
            if link.predecessor_id in there:
                written = link_of(link.predecessor_id, link.type, link.lag_days, link.is_soft)
                waits.setdefault(link.successor_id, []).append(written)
        keys = self.phase_keys
        return {str(row.id): _cells_of(row, keys[row.phase_id], lang, waits.get(row.id, ())) for row in self.rows}

    def standing(self, lang: Lang) -> Standing:
        cells = self.cells(lang)
        by_source = {
            (row.source_ref, str(row.unit_id) if row.unit_id else None): str(row.id)
            for row in self.rows
            if row.source_ref is not None
        }
        by_external = {
            f"{system}={value}": str(row.id) for row in self.rows for system, value in row.external_ids.items()
        }
        return Standing(cells, by_source, by_external)

    def parents(self) -> dict[str, str]:
        return {str(row.id): str(row.parent_id) for row in self.rows if row.parent_id is not None}

    def titles(self, lang: Lang) -> dict[str, str]:
        """How a row is called where people read of it."""
        return {str(row.id): row.source_ref or Text.model_validate(row.title).pick(lang) for row in self.rows}


async def read_plan(session: AsyncSession, project_id: UUID, rows: Sequence[Activity]) -> PlanFacts:
    """Raises ProjectNotFound. A removed phase that rows still name cannot be: rows are moved out of it first."""
    phases = PhaseService(session)
    unit_ids = {row.unit_id for row in rows if row.unit_id is not None}
    units = await UnitService(session).by_ids(unit_ids) if unit_ids else ()
    return PlanFacts(
        await ProjectService(session).get(project_id),
        await phases.list_after(project_id, None, None),
        await phases.tracks_after(project_id, None, None),
        rows,
        await DependencyService(session).links(project_id),
        {unit.id: unit.name for unit in units},
    )


def _cells_of(activity: Activity, phase_key: str, lang: Lang, predecessors: Sequence[str] = ()) -> Cells:
    """The values of a row, texts in the reader's language. `predecessors` as `link_of` writes them."""
    window = activity.window
    return {
        "id": str(activity.id),
        "version": activity.version,
        "source_ref": activity.source_ref,
        "unit": str(activity.unit_id) if activity.unit_id else None,
        "phase": phase_key,
        "track": activity.track_key,
        "section": Text.model_validate(activity.section).pick(lang) if activity.section else None,
        "title": Text.model_validate(activity.title).pick(lang),
        "kind": activity.kind,
        "side": activity.side,
        "modality": activity.modality,
        "state": activity.state,
        "start": window.start.isoformat() if window else None,
        "end": window.end.isoformat() if window else None,
        "precision": window.precision.value if window else None,
        "tentative": window.tentative if window else False,
        "days_min": activity.duration_days_min,
        "days_max": activity.duration_days_max,
        "external_party": activity.external_party,
        "is_checklist": activity.is_checklist,
        "is_pinned": activity.is_pinned,
        "notes": activity.notes or None,
        "predecessors": " ".join(sorted(predecessors)) or None,
    }
