"""Calendars as their caller sees them."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from services.projects.calendar.facts import CalendarFacts
from services.projects.calendar.models import CalendarException
from services.projects.calendar.national import de_facto_days, public_holidays
from services.projects.calendar.schemas import (
    CalendarDay,
    CalendarDays,
    CalendarExceptionPublic,
    ProjectCalendarPublic,
)
from services.projects.calendar.vocabulary import Country, DaySource
from services.projects.project.rights import refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction


def show(row: CalendarException, caller: Principal, lang: Lang) -> CalendarExceptionPublic:
    href = f"/projects/v1/calendar-exceptions/{row.id}"
    refusal = refusal_to_lead(caller, Scope.calendars_write)
    actions = [
        AllowedAction(action="change", method="PATCH", href=href, allowed=refusal is None, reason=_said(refusal, lang)),
        AllowedAction(
            action="remove", method="DELETE", href=href, allowed=refusal is None, reason=_said(refusal, lang)
        ),
    ]
    return CalendarExceptionPublic.model_validate(row.model_dump() | {"allowed_actions": actions})


def show_choice(project_id: UUID, chosen: tuple[Country, int], caller: Principal, lang: Lang) -> ProjectCalendarPublic:
    refusal = refusal_to_lead(caller, Scope.calendars_write)
    action = AllowedAction(
        action="change",
        method="PATCH",
        href=f"/projects/v1/projects/{project_id}/calendar",
        allowed=refusal is None,
        reason=_said(refusal, lang),
    )
    country, version = chosen
    return ProjectCalendarPublic(project_id=project_id, country=country, version=version, allowed_actions=[action])


def show_days(facts: CalendarFacts, start: date, end: date, unit_id: UUID | None) -> CalendarDays:
    """Raises BeyondCalendar."""
    calendar = facts.workdays(unit_id)
    found = [
        CalendarDay(date=day, is_working=calendar.is_working(day), source=source, title=title)
        for day, source, title in _sources(facts, start, end, unit_id)
    ]
    working = calendar.between(start, end)
    return CalendarDays(country=facts.country, start=start, end=end, unit_id=unit_id, working_days=working, days=found)


def _sources(
    facts: CalendarFacts, start: date, end: date, unit_id: UUID | None
) -> Iterator[tuple[date, DaySource, Text | None]]:
    by_law, by_custom = public_holidays(facts.country), de_facto_days(facts.country)
    stretches = facts.stretches(unit_id)
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        if any(each.start <= day <= each.end for each in stretches):
            yield day, DaySource.exception, by_law.get(day) or by_custom.get(day)
        elif day in by_law:
            yield day, DaySource.holiday, by_law[day]
        elif day in by_custom:
            yield day, DaySource.de_facto, by_custom[day]
        else:
            yield day, DaySource.weekend if day.weekday() >= 5 else DaySource.weekday, None


def _said(refusal: Text | None, lang: Lang) -> str | None:
    return refusal.pick(lang) if refusal else None
