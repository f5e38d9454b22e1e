"""What sync tells of reads of sensitive data that it refused."""

from typing import ClassVar

from shared.contracts.assurance import AssuranceViolation


class SyncAssuranceViolated(AssuranceViolation):
    """Sensitive data in sync was asked for with one factor."""

    type: ClassVar[str] = "sync.assurance.violated.v1"
