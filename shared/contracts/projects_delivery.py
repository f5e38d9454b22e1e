"""What projects tells about risks, about moving content from older systems, and about systems that are connected.

Ids and numbers only, like all of `projects`.
"""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event


class RiskChanged(Event):
    """A risk was added, changed, assessed, accepted or met with measures; `fields` names what moved, in camelCase."""

    type: ClassVar[str] = "projects.risk.changed.v1"

    project_id: UUID
    risk_id: UUID
    version: int
    fields: tuple[str, ...]

    @property
    def subject(self) -> UUID:
        return self.risk_id


class RiskLevelChanged(Event):
    """A risk was assessed at another level than before; `level_before` is null for a first assessment."""

    type: ClassVar[str] = "projects.risk.level_changed.v1"

    project_id: UUID
    risk_id: UUID
    kind: Literal["inherent", "current", "residual"]
    level: Literal["small", "medium", "large", "severe"]
    level_before: Literal["small", "medium", "large", "severe"] | None = None

    @property
    def subject(self) -> UUID:
        return self.risk_id


class RiskTriggered(Event):
    """The facts raised a risk by themselves: `trigger` says which kind of fact."""

    type: ClassVar[str] = "projects.risk.triggered.v1"

    project_id: UUID
    risk_id: UUID
    trigger: str

    @property
    def subject(self) -> UUID:
        return self.risk_id


class RiskProposed(Event):
    """Somebody put down in free words what could go wrong; `promoted` when it became a risk, `dismissed` when not."""

    type: ClassVar[str] = "projects.risk_proposal.changed.v1"

    project_id: UUID
    proposal_id: UUID
    state: Literal["new", "promoted", "dismissed"]

    @property
    def subject(self) -> UUID:
        return self.proposal_id


class RiskMatrixChanged(Event):
    """From now on a project scores its risks by another matrix; what was scored stays as it was."""

    type: ClassVar[str] = "projects.risk_matrix.changed.v1"

    project_id: UUID
    matrix_id: UUID
    number: int

    @property
    def subject(self) -> UUID:
        return self.matrix_id


class TransferChanged(Event):
    """A flow, destination, run, copy or environment of a migration was added or changed."""

    type: ClassVar[str] = "projects.transfer.changed.v1"

    project_id: UUID
    entity: Literal["flow", "destination", "run", "copy", "environment"]
    entity_id: UUID
    version: int

    @property
    def subject(self) -> UUID:
        return self.entity_id


class CopyLogOverdue(Event):
    """A copy of live personal data should have been purged by `purge_due` and is not; told once per copy."""

    type: ClassVar[str] = "projects.copy_log.overdue.v1"

    project_id: UUID
    copy_id: UUID
    purge_due: date

    @property
    def subject(self) -> UUID:
        return self.copy_id


class PurgeCertified(Event):
    """The customer certified that no copy of the migration is left."""

    type: ClassVar[str] = "projects.purge.certified.v1"

    project_id: UUID
    certificate_id: UUID
    copies: int
    environments: int

    @property
    def subject(self) -> UUID:
        return self.certificate_id


class SystemChanged(Event):
    """A system was added to a rollout's catalogue, or its entry was changed."""

    type: ClassVar[str] = "projects.system.changed.v1"

    project_id: UUID
    system_id: UUID
    version: int

    @property
    def subject(self) -> UUID:
        return self.system_id


class IntegrationChanged(Event):
    """An integration was added or changed, or moved to another state."""

    type: ClassVar[str] = "projects.integration.changed.v1"

    project_id: UUID
    integration_id: UUID
    version: int
    state: Literal["planned", "set_up", "verifying", "verified", "active"]

    @property
    def subject(self) -> UUID:
        return self.integration_id


class IntegrationVerified(Event):
    """An integration held for its whole soak and was then verified by the customer; it may be activated."""

    type: ClassVar[str] = "projects.integration.verified.v1"

    project_id: UUID
    integration_id: UUID
    soak_days: int

    @property
    def subject(self) -> UUID:
        return self.integration_id
