"""What projects tells about steering and benefit: decisions, escalations, meetings, goals, requests, surveys."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event


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
