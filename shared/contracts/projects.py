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


class BaselineTaken(Event):
    """A plan was frozen, to compare with later: by hand, at a gate, for an approval or a decided change."""

    type: ClassVar[str] = "projects.baseline.taken.v1"

    project_id: UUID
    baseline_id: UUID
    cause: Literal["manual", "approval", "gate", "change_request"]


class PlanShared(Event):
    """A plan can be read through a new share link."""

    type: ClassVar[str] = "projects.plan.shared.v1"

    project_id: UUID
    share_link_id: UUID

    @property
    def subject(self) -> UUID:
        return self.project_id


class PlanShareRevoked(Event):
    """A share link shows nothing any more."""

    type: ClassVar[str] = "projects.plan.share_revoked.v1"

    project_id: UUID
    share_link_id: UUID

    @property
    def subject(self) -> UUID:
        return self.project_id


class PlanProposed(Event):
    """A plan was put to the customer for approval."""

    type: ClassVar[str] = "projects.plan.proposed.v1"

    project_id: UUID

    @property
    def subject(self) -> UUID:
        return self.project_id


class PlanReturned(Event):
    """A proposed or approved plan went back to be adjusted."""

    type: ClassVar[str] = "projects.plan.returned.v1"

    project_id: UUID

    @property
    def subject(self) -> UUID:
        return self.project_id


class PlanApproved(Event):
    """The customer approved a plan; `baseline_id` is what was approved."""

    type: ClassVar[str] = "projects.plan.approved.v1"

    project_id: UUID
    baseline_id: UUID

    @property
    def subject(self) -> UUID:
        return self.project_id


class ChangeRequestSubmitted(Event):
    """A change of an approved plan waits for its steering body."""

    type: ClassVar[str] = "projects.change_request.submitted.v1"

    project_id: UUID
    change_request_id: UUID


class ChangeRequestDecided(Event):
    """A change request was approved, and applied in the same transaction, or rejected."""

    type: ClassVar[str] = "projects.change_request.decided.v1"

    project_id: UUID
    change_request_id: UUID
    outcome: Literal["approved", "rejected"]


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


class BenefitChanged(Event):
    """Something about goals, quality or surveys was added or changed; `entity` says what, `version` is its new one."""

    type: ClassVar[str] = "projects.benefit.changed.v1"

    project_id: UUID
    entity: Literal[
        "annual_wheel",
        "assessment_matrix",
        "data_request",
        "deviation",
        "evaluation",
        "goal",
        "indicator",
        "lesson",
        "matrix_assessment",
        "need_card",
        "poll",
        "requirement",
        "survey",
        "survey_definition",
    ]
    entity_id: UUID
    version: int

    @property
    def subject(self) -> UUID:
        return self.entity_id


class GoalMeasured(Event):
    """Measurements of a goal's indicator were added, changed or removed. Values are read, never told: few people."""

    type: ClassVar[str] = "projects.goal.measured.v1"

    project_id: UUID
    goal_id: UUID
    indicator_id: UUID
    measurements: int


class DataRequestFeedbackOverdue(Event):
    """Units answered a data request and were not told in time what came of it; `units` is how many were asked."""

    type: ClassVar[str] = "projects.data_request.feedback_overdue.v1"

    project_id: UUID
    data_request_id: UUID
    units: int


class DeviationClosed(Event):
    """A deviation is closed: its root cause is known and the effect of its correction was checked."""

    type: ClassVar[str] = "projects.deviation.closed.v1"

    project_id: UUID
    deviation_id: UUID
    cause_key: str
    is_effective: bool


class SurveyClosed(Event):
    """A survey takes no more answers; its score is ready to be read."""

    type: ClassVar[str] = "projects.survey.closed.v1"

    project_id: UUID
    survey_id: UUID
    responses: int


class GovernanceChanged(Event):
    """Something about how a project is steered was added or changed; `entity` says what, `version` is its new one."""

    type: ClassVar[str] = "projects.governance.changed.v1"

    project_id: UUID
    entity: Literal[
        "body",
        "consultation",
        "consultation_response",
        "decision",
        "escalation",
        "function_usage",
        "meeting",
        "meeting_series",
        "project_role",
        "role_assignment",
        "seat",
        "seat_membership",
    ]
    entity_id: UUID
    version: int

    @property
    def subject(self) -> UUID:
        return self.entity_id


class DecisionTaken(Event):
    """A body with a mandate decided a question; `decision_key` names the question through all its successors."""

    type: ClassVar[str] = "projects.decision.taken.v1"

    project_id: UUID
    decision_id: UUID
    decision_key: str
    body_id: UUID


class DecisionSuperseded(Event):
    """A later decision took the place of this one, which stays as it was decided."""

    type: ClassVar[str] = "projects.decision.superseded.v1"

    project_id: UUID
    decision_id: UUID
    decision_key: str
    successor_id: UUID


class EscalationRaised(Event):
    """The operative level put something before the strategic level, which must answer by `due_on`."""

    type: ClassVar[str] = "projects.escalation.raised.v1"

    project_id: UUID
    escalation_id: UUID
    from_body_id: UUID
    to_body_id: UUID
    due_on: date


class EscalationAnswered(Event):
    """The body that was asked has answered."""

    type: ClassVar[str] = "projects.escalation.answered.v1"

    project_id: UUID
    escalation_id: UUID
    to_body_id: UUID


class RoleVacant(Event):
    """A role has fewer holders than it needs, at a unit or (null) for the whole authority; `missing` is how many."""

    type: ClassVar[str] = "projects.role.vacant.v1"

    project_id: UUID
    role_id: UUID
    unit_id: UUID | None
    missing: int


class MeetingOverdue(Event):
    """A body met less often in a period than its cadence says; told once for each such period."""

    type: ClassVar[str] = "projects.meeting.overdue.v1"

    project_id: UUID
    body_id: UUID
    period_start: date
    period_end: date
    held: int
    required: int

    @property
    def subject(self) -> UUID:
        return self.body_id


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
