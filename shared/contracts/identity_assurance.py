"""What identity tells about assurance: the tenants' rules, and what was refused here by them."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.assurance import AssuranceViolation
from shared.contracts.base import Event


class AssurancePolicyChanged(Event):
    """From now on the tenant demands this of a holder (a role, `guardian` or `pupil`) for a data class.

    With `is_open` false nothing opens the class to the holder. `version` counts the changes of this rule;
    `decision_id` is the customer's decision in projects that a looser rule rests on, `decision_key` the question that
    it answered. When it is superseded, the rule is no looser than the default again, and this event tells so.
    """

    type: ClassVar[str] = "identity.assurance_policy.changed.v1"

    assurance_policy_id: UUID
    holder: str
    data_class: Literal["ordinary", "confidential", "sensitive"]
    is_open: bool
    min_acr: str
    max_age_seconds: int | None
    decision_id: UUID | None
    decision_key: str | None = None
    version: int


class IdentityAssuranceViolated(AssuranceViolation):
    """Sensitive data in identity was asked for with one factor."""

    type: ClassVar[str] = "identity.assurance.violated.v1"
