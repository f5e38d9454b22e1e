"""What may be asked of differences."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from services.sync.rules.rule import Mender, Severity


@dataclass(frozen=True)
class DifferenceQuery:
    """Which differences, of which comparisons; None is any. `unit_ids` are those that the caller may see."""

    comparison_ids: Collection[UUID]
    kind: str | None = None
    severity: Severity | None = None
    mender: Mender | None = None
    unit_id: UUID | None = None
    unit_ids: Collection[UUID] | None = None
