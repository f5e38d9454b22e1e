"""A plan's rows as plain values, so that two drawings and the project itself can be compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.projects.activity.models import Activity, ActivityParticipation, Dependency
from services.projects.gate.models import Gate
from services.projects.instantiation.rows import PlanRows
from services.projects.instantiation.threeway import Values
from services.projects.phase.models import Phase, Track

_WINDOW = "window"
FIELDS: Mapping[str, tuple[str, ...]] = {
    "phases": ("title", "purpose", "nominal_weeks_min", "nominal_weeks_max", _WINDOW),
    "tracks": ("title", "alias", "content"),
    "activities": (
        "title",
        "note",
        "kind",
        "side",
        "modality",
        "section",
        "is_checklist",
        "track_key",
        "option_key",
        "needs_approval",
        "needed_decision",
        "source_uncertain",
        "links",
        "duration_days_min",
        "duration_days_max",
        "external_party",
        "fan_out",
        _WINDOW,
    ),
    "gates": ("title", _WINDOW),
    "dependencies": ("lag_days", "is_soft"),
}
Section = Mapping[str, Values]
Row = Phase | Track | Activity | Gate | Dependency


@dataclass(frozen=True)
class PlanValues:
    """The rows of a plan by section and key."""

    sections: Mapping[str, Section]


def plan_values(rows: PlanRows) -> PlanValues:
    """The values of rows, whether they were drawn or read."""
    phases = {phase.id: phase.key for phase in rows.phases}
    refs = {activity.id: str(activity.source_ref) for activity in rows.activities}
    shares = _participants(rows.participations)
    return PlanValues(
        {
            "phases": {phase.key: _values("phases", phase) for phase in rows.phases},
            "tracks": {track.key: _values("tracks", track) for track in rows.tracks},
            "activities": {
                str(row.source_ref): {
                    "phase": phases.get(row.phase_id),
                    "participants": shares.get(row.id, []),
                    **_values("activities", row),
                }
                for row in rows.activities
            },
            "gates": {gate.key: _values("gates", gate) for gate in rows.gates},
            "dependencies": {
                link_key(link, refs): _values("dependencies", link)
                for link in rows.dependencies
                if link.predecessor_id in refs and link.successor_id in refs
            },
        }
    )


def link_key(link: Dependency, refs: Mapping[UUID, str]) -> str:
    """A link by what it binds: two rows and how."""
    return f"{refs[link.predecessor_id]} {link.type} {refs[link.successor_id]}"


def _values(section: str, row: Row) -> dict[str, Any]:
    return {name: _window(row) if name == _WINDOW else getattr(row, name) for name in FIELDS[section]}


def _window(row: Any) -> dict[str, Any] | None:
    return row.window.model_dump(mode="json") if row.window is not None else None


def _participants(rows: Iterable[ActivityParticipation]) -> dict[UUID, list[dict[str, Any]]]:
    """Those of the plan; a person who was added by hand is no part of the template."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        if row.account_id is None:
            found.setdefault(row.activity_id, []).append(
                {
                    "side": row.side,
                    "role": row.role_key,
                    "raci": row.raci,
                    "hoursMin": None if row.hours_min is None else float(row.hours_min),
                    "hoursMax": None if row.hours_max is None else float(row.hours_max),
                    "note": row.note,
                }
            )
    return {key: sorted(shares, key=lambda share: str(sorted(share.items(), key=str))) for key, shares in found.items()}
