"""What may be asked of a plan and of its findings."""

from dataclasses import dataclass
from uuid import UUID

from services.sync.rules.rule import Mender, Severity


@dataclass(frozen=True)
class ItemQuery:
    """Which planned rows: of one kind, one op, counted under one unit; None is any. `after` is (kind, id)."""

    kind: str | None
    op: str | None
    unit_id: UUID | None
    after: tuple[str, UUID] | None
    limit: int


@dataclass(frozen=True)
class FindingQuery:
    """Which findings: of one rule, severity, unit, or those that one kind of mender can mend; None is any."""

    rule: str | None = None
    severity: Severity | None = None
    mender: Mender | None = None
    unit_id: UUID | None = None
