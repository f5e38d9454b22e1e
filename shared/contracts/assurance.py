"""What every service tells in the same way when somebody reached for sensitive data with one factor [AU-S]."""

from typing import Literal
from uuid import UUID

from shared.contracts.base import Event


class AssuranceViolation(Event):
    """A call for sensitive data was refused because one factor stood behind it. Who it was stands in the journal only.

    `operation` is the operationId; `acr` is how surely the caller was known, absent for a program. Told at most once a
    minute for the same caller and operation.
    """

    violation_id: UUID
    operation: str
    data_class: Literal["sensitive"] = "sensitive"
    acr: str | None

    @property
    def subject(self) -> UUID:
        return self.violation_id
