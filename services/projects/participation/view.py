"""Participants and effort as their reader sees them."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from services.projects.activity.models import Activity, ActivityParticipation
from services.projects.participation.effort import Efforts, Totals
from services.projects.participation.schemas import (
    EffortGroup,
    EffortPublic,
    EffortStep,
    EffortSum,
    ParticipationPublic,
    ParticipationsPublic,
)
from services.projects.phase.models import Phase, Track
from services.projects.project.rights import refusal_to_change_row
from shared.auth.principal import Principal
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction


def show_participants(
    activity: Activity, rows: Iterable[ActivityParticipation], caller: Principal, lang: Lang
) -> ParticipationsPublic:
    refusal = refusal_to_change_row(caller, activity.side)
    action = AllowedAction(
        action="change",
        method="PUT",
        href=f"/projects/v1/activities/{activity.id}/participations",
        allowed=refusal is None,
        reason=refusal and refusal.pick(lang),
    )
    return ParticipationsPublic(
        activity_id=activity.id,
        items=[ParticipationPublic.model_validate(row) for row in rows],
        version=activity.version,
        allowed_actions=[action],
    )


def show_effort(
    project_id: UUID,
    totals: Totals,
    phases: Sequence[Phase],
    tracks: Sequence[Track],
    activities: Mapping[UUID, Activity],
) -> EffortPublic:
    """Phases and steps in the order of the plan; tracks that have any hours."""
    track_of = {track.key: track for track in tracks}
    return EffortPublic(
        project_id=project_id,
        sides=_sides(totals.whole),
        phases=[_group(phase, phase.key, totals.phases.get(phase.id, Efforts())) for phase in phases],
        tracks=[_group(track_of.get(key or ""), key, efforts) for key, efforts in totals.tracks.items()],
        steps=[_step(activities[activity_id], efforts) for activity_id, efforts in totals.steps.items()],
    )


def _group(row: Phase | Track | None, key: str | None, efforts: Efforts) -> EffortGroup:
    title = Text.model_validate(row.title) if row else None
    return EffortGroup(id=row.id if row else None, key=key, title=title, sides=_sides(efforts))


def _step(activity: Activity, efforts: Efforts) -> EffortStep:
    return EffortStep(
        activity_id=activity.id,
        source_ref=activity.source_ref,
        title=Text.model_validate(activity.title),
        sides=_sides(efforts),
    )


def _sides(efforts: Efforts) -> list[EffortSum]:
    return [EffortSum(side=side, **vars(effort)) for side, effort in efforts.sides()]
