"""Gathering a plan for a file that goes out. No account is named in any of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity, ActivityParticipation
from services.projects.calendar.service import CalendarService
from services.projects.calendar.workdays import Workdays
from services.projects.interchange.outgoing import OutHours, OutPlan, OutRow
from services.projects.interchange.standing import PlanFacts
from services.projects.participation.service import ParticipationService
from services.projects.role.service import RoleService
from shared.kit import clock
from shared.kit.text import Lang, Text

_BEFORE_AND_AFTER = timedelta(days=60)


async def outgoing(session: AsyncSession, facts: PlanFacts, lang: Lang, separator: str) -> OutPlan:
    """The whole plan, as any of the formats needs it."""
    numbers, cells = facts.uids(), facts.cells(lang)
    days = [day for row in facts.rows for day in (row.window_start, row.window_end) if day is not None]
    workdays = (await CalendarService(session).facts(facts.project)).workdays()
    listed = list(_days(min(days), max(days), workdays)) if days else []
    shares = _shares(facts)
    return OutPlan(
        project=str(facts.project.id),
        name=facts.project.name,
        lang=lang,
        made_at=clock.viewpoint(),
        phases=facts.parts(facts.phases),
        phase_uids={phase.key: numbers[str(phase.id)] for phase in facts.phases},
        tracks=facts.parts(facts.tracks),
        rows=tuple(
            OutRow(
                cells=cells[str(row.id)],
                unit_name=facts.unit_names.get(row.unit_id) if row.unit_id else None,
                parent=str(row.parent_id) if row.parent_id else None,
                uid=_uid(row, numbers),
                is_enabled=row.is_enabled,
                percent=shares.get(row.id, 0),
                begun=row.started_at.date() if row.started_at else None,
                finished=row.done_at.date() if row.done_at else None,
            )
            for row in facts.rows
        ),
        hours=tuple(await _hours(session, facts, lang)),
        free_days=tuple(day for day, works in listed if not works),
        extra_days=tuple(day for day, works in listed if works),
        first=min(days, default=None),
        separator=separator,
    )


def _uid(row: Activity, numbers: dict[str, int]) -> int:
    """A task that came from MS Project keeps the number that it has there."""
    known = row.external_ids.get("msproject", "")
    return int(known) if known.isdecimal() and 0 < int(known) < 2**31 else numbers[str(row.id)]


def _shares(facts: PlanFacts) -> dict[UUID, int]:
    """How many percent of the rows per unit are done, by the row above them."""
    units: dict[UUID, list[bool]] = {}
    for row in facts.rows:
        if row.parent_id is not None and row.is_enabled:
            units.setdefault(row.parent_id, []).append(row.state == "done")
    return {parent: 100 * sum(done) // len(done) for parent, done in units.items()}


def _days(first: date, last: date, workdays: Workdays) -> Iterator[tuple[date, bool]]:
    """The days around the plan that differ from Monday to Friday, and whether they are worked."""
    day, end = first - _BEFORE_AND_AFTER, last + _BEFORE_AND_AFTER
    while day <= end:
        works = workdays.is_working(day)
        if works != (day.weekday() < 5):
            yield day, works
        day += timedelta(days=1)


async def _hours(session: AsyncSession, facts: PlanFacts, lang: Lang) -> list[OutHours]:
    by_id = {row.id: row for row in facts.rows}
    roles = {
        role.key: Text.model_validate(role.title).pick(lang)
        for role in await RoleService(session).roles(facts.project.id)
    }
    found = await ParticipationService(session).of_activities(list(by_id))
    place = {row.id: number for number, row in enumerate(facts.rows)}
    ordered = sorted(found, key=lambda each: (place[each.activity_id], each.side, each.raci, str(each.id)))
    return [_hour(each, by_id[each.activity_id], roles, lang) for each in ordered]


def _hour(row: ActivityParticipation, activity: Activity, roles: dict[str, str], lang: Lang) -> OutHours:
    least, most, actual = (
        None if each is None else str(each) for each in (row.hours_min, row.hours_max, row.actual_hours)
    )
    return OutHours(
        activity=str(activity.id),
        source_ref=activity.source_ref,
        title=Text.model_validate(activity.title).pick(lang),
        side=row.side,
        role=roles.get(row.role_key or "", row.role_key),
        raci=row.raci,
        least=least,
        most=most,
        actual=actual,
    )
