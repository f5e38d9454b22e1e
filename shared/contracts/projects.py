"""What projects tells the other services: plans made, activities changed, and how gates open and close.

Ids and numbers only: who did it and why stands in the journal of projects.
"""

from datetime import date
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


class TemplatePublished(Event):
    """A tenant published a version of a template of its own; it never changes."""

    type: ClassVar[str] = "projects.template.published.v1"

    template_id: UUID
    template_key: str
    template_version: str


class PhaseChanged(Event):
    """A phase was added to a plan, changed or removed; `version` is its new version."""

    type: ClassVar[str] = "projects.phase.changed.v1"

    project_id: UUID
    phase_id: UUID
    version: int
    change: Literal["added", "changed", "removed"]


class TrackChanged(Event):
    """A track [delprojekt] was added to a plan, changed or removed; `version` is its new version."""

    type: ClassVar[str] = "projects.track.changed.v1"

    project_id: UUID
    track_id: UUID
    version: int
    change: Literal["added", "changed", "removed"]


class ActivityAdded(Event):
    """Somebody added an activity of their own to a plan."""

    type: ClassVar[str] = "projects.activity.added.v1"

    project_id: UUID
    activity_id: UUID
    version: int


class ActivityRemoved(Event):
    """An activity was removed from a plan, and with it `children` rows that carried it out per unit."""

    type: ClassVar[str] = "projects.activity.removed.v1"

    project_id: UUID
    activity_id: UUID
    version: int
    children: int


class ActivitiesChanged(Event):
    """Many activities of a plan changed at once, by an import or per unit: read the list of the plan anew.

    One event for the whole batch, so that nobody drowns: how many rows were added and changed, and the first and last
    position in the plan at which one of them stands.
    """

    type: ClassVar[str] = "projects.activities.changed.v1"

    project_id: UUID
    added: int
    changed: int
    first_position: int
    last_position: int

    @property
    def subject(self) -> UUID:
        return self.project_id


class ParticipationsChanged(Event):
    """Who takes part in an activity, or with how many hours, changed; `version` is the activity's new version."""

    type: ClassVar[str] = "projects.participations.changed.v1"

    project_id: UUID
    activity_id: UUID
    version: int

    @property
    def subject(self) -> UUID:
        return self.activity_id


class AttachmentChanged(Event):
    """A document was announced for a project, an activity or a gate, its content came, or it was erased."""

    type: ClassVar[str] = "projects.attachment.changed.v1"

    project_id: UUID
    attachment_id: UUID
    state: Literal["declared", "stored", "erased"]


class ActivityChanged(Event):
    """An activity changed; `fields` names what, in camelCase."""

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


class CalendarChanged(Event):
    """An authority or one of its units frees or claims other days. Computed dates follow; windows were not moved."""

    type: ClassVar[str] = "projects.calendar.changed.v1"

    calendar_exception_id: UUID
    unit_id: UUID | None
    change: Literal["added", "changed", "removed"]

    @property
    def subject(self) -> UUID:
        return self.calendar_exception_id


class ProjectCalendarChanged(Event):
    """A project counts the public holidays of another country; windows were not moved."""

    type: ClassVar[str] = "projects.project_calendar.changed.v1"

    project_id: UUID
    country: Literal["SE", "DK", "NO", "FI"]

    @property
    def subject(self) -> UUID:
        return self.project_id


class DependencyChanged(Event):
    """A link between two activities came, changed or went."""

    type: ClassVar[str] = "projects.dependency.changed.v1"

    project_id: UUID
    dependency_id: UUID
    change: Literal["added", "changed", "removed"]


class ProjectRescheduled(Event):
    """A plan was computed anew and `moved` of its activities got other windows, in one step; `end` is its last day."""

    type: ClassVar[str] = "projects.project.rescheduled.v1"

    project_id: UUID
    version: int
    moved: int
    end: date | None


class PlanImported(Event):
    """A file was taken into a plan as its dry run had shown: rows added and changed; `links` came, changed or went."""

    type: ClassVar[str] = "projects.import.applied.v1"

    project_id: UUID
    import_id: UUID
    format: str
    created: int
    updated: int
    links: int

    @property
    def subject(self) -> UUID:
        return self.import_id
