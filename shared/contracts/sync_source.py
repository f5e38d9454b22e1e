"""What sync tells about declared sources and about the copies of registers that it holds. Numbers and ids alone."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Event


class SourceFetched(Event):
    """A fetch from a source came to its end: a delivery is stored, or the source has nothing newer (`is_unchanged`).

    `run_id` is the run that plans it, where the source asks for that.
    """

    type: ClassVar[str] = "sync.source.fetched.v1"

    source_id: UUID
    fetch_id: UUID
    upload_id: UUID | None
    run_id: UUID | None
    is_unchanged: bool

    @property
    def subject(self) -> UUID:
        return self.source_id


class SourceFetchFailed(Event):
    """A fetch failed for good. `reason` is the problem's slug; `failures` counts them since one succeeded.

    `is_alarm`: so many in a row that somebody should look.
    """

    type: ClassVar[str] = "sync.source.fetch_failed.v1"

    source_id: UUID
    fetch_id: UUID
    reason: str
    failures: int
    is_alarm: bool

    @property
    def subject(self) -> UUID:
        return self.source_id


class CopiesCounted(Event):
    """How many stored copies of registers are left, and how many of them should be gone by now; told when it changes.

    `count_id` names the count.
    """

    type: ClassVar[str] = "sync.copies.counted.v1"

    count_id: UUID
    open: int
    overdue: int

    @property
    def subject(self) -> UUID:
        return self.count_id
