"""Which persons a caller may see and asks for."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Seen:
    """Persons with a place at `units` (None: anywhere, and persons without a place), narrowed by unit and part."""

    units: Collection[UUID] | None
    unit_id: UUID | None = None
    part: str | None = None

    @property
    def places(self) -> Collection[UUID] | None:
        """Where a duty or an enrolment counts; None is anywhere. Another unit's ties are not there for the caller: they
        would tell where else a protected person is."""
        if self.unit_id is None:
            return self.units
        return [self.unit_id] if self.units is None or self.unit_id in self.units else []


ANYBODY = Seen(None)
