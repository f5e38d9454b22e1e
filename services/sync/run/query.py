"""What may be asked of a plan."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class ItemQuery:
    """Which planned rows: of one kind, one op, counted under one unit; None is any. `after` is (kind, id)."""

    kind: str | None
    op: str | None
    unit_id: UUID | None
    after: tuple[str, UUID] | None
    limit: int
