"""What projects tells the other services: plans made, activities changed, and how gates open and close.

Ids and numbers only: who did it and why stands in the journal of projects.
"""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event


class ProjectInstantiated(Event):
    """A project was made from a version of a template; phases, activities and gates exist."""

    type: ClassVar[str] = "projects.project.instantiated.v1"

    project_id: UUID
    template_key: str
    template_version: str
    activities: int
    gates: int


class ProjectChanged(Event):
    """A project's own facts changed (name, state); `version` is its new version."""

    type: ClassVar[str] = "projects.project.changed.v1"

    project_id: UUID
    version: int


class ActivityChanged(Event):
    """An activity's window, state, owner or notes changed; `fields` names them in camelCase."""

    type: ClassVar[str] = "projects.activity.changed.v1"

    project_id: UUID
    activity_id: UUID
    version: int
    state: Literal["planned", "started", "done", "cancelled"]
    fields: tuple[str, ...]


class GateReady(Event):
    """Every mandatory criterion of a gate is met or waived: the customer's approver may pass it now."""

    type: ClassVar[str] = "projects.gate.ready.v1"

    project_id: UUID
    gate_id: UUID
    gate_key: str


class GateReopened(Event):
    """A gate that was ready is no longer so: `blocking` mandatory criteria are unmet, unknown or stale."""

    type: ClassVar[str] = "projects.gate.reopened.v1"

    project_id: UUID
    gate_id: UUID
    gate_key: str
    blocking: int


class GatePassed(Event):
    """The customer passed a gate; `waivers` counts the mandatory criteria that were waived rather than met."""

    type: ClassVar[str] = "projects.gate.passed.v1"

    project_id: UUID
    gate_id: UUID
    gate_key: str
    waivers: int


class GateWaived(Event):
    """The customer waived one criterion of a gate; the waiver stays visible. The gate itself may still be open."""

    type: ClassVar[str] = "projects.gate.waived.v1"

    project_id: UUID
    gate_id: UUID
    gate_key: str
    criterion_id: UUID
    waiver_id: UUID
