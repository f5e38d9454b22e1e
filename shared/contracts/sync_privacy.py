"""What sync tells of data protection: that a data subject's request moved on. Never whose it is."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Event


class PersonRequestChanged(Event):
    """A data subject's request has another state; `kind` is person_export or person_erasure.

    For our own services alone: that somebody asks to be forgotten is nobody else's business.
    """

    type: ClassVar[str] = "sync.person_request.changed.v1"
    is_public: ClassVar[bool] = False

    person_request_id: UUID
    kind: str
    state: str


class RetentionChanged(Event):
    """From now on the tenant keeps a holding of the catalogue (`shared.contracts.processing`) for so many days.

    `version` counts the changes of this holding's days; the nightly purges follow.
    """

    type: ClassVar[str] = "sync.retention.changed.v1"

    retention_id: UUID
    key: str
    days: int
    version: int
