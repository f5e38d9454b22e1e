"""What projects tells about agreeing on plans: frozen, shared, proposed, approved, changed by request."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event


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


class PlanTextChanged(Event):
    """A section of the plan document was written anew; `section` names it, its words are read from projects."""

    type: ClassVar[str] = "projects.plan_text.changed.v1"

    project_id: UUID
    section: str

    @property
    def subject(self) -> UUID:
        return self.project_id


class StatusReported(Event):
    """A status report was given."""

    type: ClassVar[str] = "projects.status.reported.v1"

    project_id: UUID
    status_report_id: UUID
    colour: Literal["green", "yellow", "red"]

    @property
    def subject(self) -> UUID:
        return self.status_report_id


class CalendarFeedChanged(Event):
    """An address under which calendar programs fetch a plan was given out or revoked."""

    type: ClassVar[str] = "projects.calendar_feed.changed.v1"

    calendar_feed_id: UUID
    change: Literal["created", "revoked"]
