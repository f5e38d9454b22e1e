"""Links and the activities at their ends, as plain values."""

from typing import NamedTuple
from uuid import UUID


class LinkRow(NamedTuple):
    """A link without its row."""

    id: UUID
    predecessor_id: UUID
    successor_id: UUID
    type: str
    lag_days: int
    is_soft: bool


class End(NamedTuple):
    """What a link needs to know about an activity at one of its ends.

    `counts`: a link at it has an effect; false for what is cancelled, not enabled or removed.
    """

    id: UUID
    project_id: UUID
    parent_id: UUID | None
    source_ref: str | None
    title: dict[str, str]
    side: str | None
    is_removed: bool
    counts: bool
