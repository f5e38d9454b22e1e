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


ANYBODY = Seen(None)
