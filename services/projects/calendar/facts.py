"""Which days work for whom: a country's days, as an authority and its units change them. Pure.

The more specific wins: what a unit says comes after what the units above it say, and that after the authority. Where
one of them both frees and claims a day, it is worked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.projects.calendar.national import workdays
from services.projects.calendar.vocabulary import Country, ExceptionKind
from services.projects.calendar.workdays import Stretch, Workdays


@dataclass(frozen=True)
class DayException:
    """One exception of the authority (`unit_id` None) or a unit, both ends included."""

    id: UUID
    unit_id: UUID | None
    kind: ExceptionKind
    start: date
    end: date

    @property
    def stretch(self) -> Stretch | None:
        """None for a term, which frees and claims nothing."""
        if self.kind is ExceptionKind.term:
            return None
        return Stretch(self.start, self.end, self.kind is ExceptionKind.working_day)


@dataclass(frozen=True)
class CalendarFacts:
    """Everything that the calendars of one project depend on. `parents` maps a unit to the one above it."""

    country: Country
    exceptions: tuple[DayException, ...] = ()
    parents: Mapping[UUID, UUID | None] | None = None

    def changed(
        self, *, country: Country | None = None, added: Collection[DayException] = (), removed: Collection[UUID] = ()
    ) -> "CalendarFacts":
        """The same facts as they would be after a change."""
        kept = tuple(each for each in self.exceptions if each.id not in removed)
        return replace(self, country=country or self.country, exceptions=(*kept, *added))

    def stretches(self, unit_id: UUID | None) -> tuple[Stretch, ...]:
        """What changes the country's days for a unit, or for the whole authority; later ones win."""
        found: list[Stretch] = []
        for level in (None, *reversed(self._line(unit_id))):
            of_level = [each.stretch for each in self.exceptions if each.unit_id == level]
            found += sorted((each for each in of_level if each), key=lambda each: (each.is_working, each))
        return tuple(found)

    def workdays(self, unit_id: UUID | None = None) -> Workdays:
        """The calendar of a unit, or of the whole authority. Units that say nothing share one object."""
        return workdays(self.country, self.stretches(unit_id))

    def of_units(self, unit_ids: Collection[UUID]) -> tuple[list[Workdays], dict[UUID, int]]:
        """Distinct calendars, the authority's first, and the place of each unit's among them."""
        found = [self.workdays()]
        places: dict[UUID, int] = {}
        told = {each.unit_id for each in self.exceptions}
        for unit_id in unit_ids:
            if told.isdisjoint(self._line(unit_id)):
                places[unit_id] = 0
                continue
            calendar = self.workdays(unit_id)
            if calendar not in found:
                found.append(calendar)
            places[unit_id] = found.index(calendar)
        return found, places

    def _line(self, unit_id: UUID | None) -> list[UUID]:
        """A unit and those above it, from below; a circle in the copies ends the line."""
        line: list[UUID] = []
        while unit_id is not None and unit_id not in line:
            line.append(unit_id)
            unit_id = (self.parents or {}).get(unit_id)
        return line
