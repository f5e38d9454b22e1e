"""Meetings as their caller sees them. The instant is reckoned here, from local day, clock time and zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.projects.body.models import Body
from services.projects.meeting.agenda import clock_times, unallocated
from services.projects.meeting.desk import OVER
from services.projects.meeting.errors import MeetingOver
from services.projects.meeting.models import ActionItem, AgendaItem, Meeting, MeetingSeries, MeetingState
from services.projects.meeting.punctuality import Punctuality
from services.projects.meeting.schemas import (
    AgendaItemPublic,
    CadencePublic,
    MeetingItem,
    MeetingPublic,
    PeriodPublic,
    SeriesPublic,
)
from services.projects.meeting.service import cadence_of
from services.projects.plan.vocabulary import LifecycleStage
from services.projects.project.rights import refusal_to_change_row, refusal_to_decide
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction


def instant(meeting: Meeting) -> datetime:
    """When the meeting begins, in UTC. A clock time that does not exist on its day (in the hour that spring skips)
    means the time that the clocks then show."""
    return datetime.combine(meeting.held_on, meeting.local_start, ZoneInfo(meeting.zone)).astimezone(UTC)


def show_item(meeting: Meeting, today: date) -> MeetingItem:
    return MeetingItem.model_validate(meeting.model_dump() | _times(meeting, today))


def show(  # noqa: PLR0913 - the parts of a meeting
    meeting: Meeting,
    body: Body,
    agenda: Sequence[AgendaItem],
    actions: Sequence[ActionItem],
    decisions: Sequence[UUID],
    *,
    caller: Principal,
    lang: Lang,
    today: date,
) -> MeetingPublic:
    times = clock_times(meeting.local_start, [item.minutes for item in agenda])
    computed = {
        "agenda": [
            AgendaItemPublic.model_validate(item.model_dump() | {"starts_at": start, "ends_at": end})
            for item, (start, end) in zip(agenda, times, strict=True)
        ],
        "unallocated_minutes": unallocated(meeting.duration_minutes, agenda),
        "decision_ids": list(decisions),
        "activity_ids": [action.activity_id for action in actions],
        "allowed_actions": _actions(meeting, body, caller, lang),
    }
    return MeetingPublic.model_validate(meeting.model_dump() | _times(meeting, today) | computed)


def show_series(series: MeetingSeries, meetings: int, left_out: int | None = None) -> SeriesPublic:
    return SeriesPublic.model_validate(series.model_dump() | {"meetings": meetings, "left_out": left_out})


def show_cadence(body: Body, stage: str, active_from: date | None, judged: Punctuality) -> CadencePublic:
    current = judged.current
    return CadencePublic(
        stage=LifecycleStage(stage),
        state=judged.state,
        cadence=cadence_of(body, stage),
        active_from=active_from,
        required=judged.required,
        current=PeriodPublic(start=current.start, end=current.end, held=judged.held) if current else None,
        planned=judged.planned,
        due_on=judged.due_on,
        missed=[PeriodPublic(start=one.start, end=one.end, held=held) for one, held in judged.missed],
    )


def _times(meeting: Meeting, today: date) -> dict[str, object]:
    begins = instant(meeting)
    is_due = meeting.state == MeetingState.planned and meeting.summon_by is not None and today >= meeting.summon_by
    return {
        "starts_at": begins,
        "ends_at": begins + timedelta(minutes=meeting.duration_minutes),
        "is_summons_due": is_due,
    }


def _actions(meeting: Meeting, body: Body, caller: Principal, lang: Lang) -> list[AllowedAction]:
    refusal = refusal_to_change_row(caller, body.side, Scope.bodies_write)
    over = MeetingOver.title if meeting.state in OVER else None
    cancelled = MeetingOver.title if meeting.state == MeetingState.cancelled else None
    here = f"/projects/v1/meetings/{meeting.id}"
    rows: list[tuple[str, str, str, Text | None]] = [
        ("change", "PATCH", here, refusal),
        ("setAgenda", "PUT", f"{here}/agenda", refusal or over),
        ("act", "POST", f"{here}/action-items", refusal),
        ("decide", "POST", f"{here}/decisions", refusal_to_decide(caller, Scope.decisions_write) or cancelled),
    ]
    return [
        AllowedAction.model_validate(
            {
                "action": action,
                "method": method,
                "href": href,
                "allowed": reason is None,
                "reason": reason and reason.pick(lang),
            }
        )
        for action, method, href, reason in rows
    ]
