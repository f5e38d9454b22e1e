"""What training tells of the day itself: attendance, catch-up, feedback, certificates. Ids, states, numbers alone."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event


class AttendanceTaken(Event):
    """Attendance of a session was written down: so many people are in each state. Who, `EnrolmentChanged` tells."""

    type: ClassVar[str] = "training.attendance.taken.v1"

    session_id: UUID
    attended: int
    partial: int
    no_show: int
    open: int

    @property
    def subject(self) -> UUID:
        return self.session_id


class AttendanceMissed(Event):
    """A session is over and nobody took attendance, so that nothing can be said of who was there."""

    type: ClassVar[str] = "training.attendance.missed.v1"

    session_id: UUID
    course_id: UUID

    @property
    def subject(self) -> UUID:
        return self.session_id


class AttendancePolicyChanged(Event):
    """From when on people count as late, there in part or absent was set or changed, as of `version`."""

    type: ClassVar[str] = "training.attendance_policy.changed.v1"

    attendance_policy_id: UUID
    version: int


class CatchUpChanged(Event):
    """People who missed a course are to join a session with free seats, or to get one of their own [IM-T10].

    `people` is how many. `session_id` is the session that they joined, or are to join."""

    type: ClassVar[str] = "training.catch_up.changed.v1"

    catch_up_id: UUID
    course_id: UUID
    kind: Literal["join", "form"]
    state: Literal["proposed", "done", "dismissed", "withdrawn"]
    people: int
    session_id: UUID | None = None


class CatchUpPolicyChanged(Event):
    """When and how catch-up sessions form was set or changed, as of `version`."""

    type: ClassVar[str] = "training.catch_up_policy.changed.v1"

    catch_up_policy_id: UUID
    version: int


class FeedbackGathered(Event):
    """So many answers about a session can be seen now; who answered, nobody knows."""

    type: ClassVar[str] = "training.feedback.gathered.v1"

    session_id: UUID
    answers: int

    @property
    def subject(self) -> UUID:
        return self.session_id


class FeedbackFormChanged(Event):
    """The questions after sessions were set or changed, as of `version`."""

    type: ClassVar[str] = "training.feedback_form.changed.v1"

    feedback_form_id: UUID
    version: int


class IssuerChanged(Event):
    """An authority signs certificates under another name or by another key from now on."""

    type: ClassVar[str] = "training.issuer.changed.v1"

    issuer_id: UUID


class CertificateIssued(Event):
    """Somebody has a certificate of a course or of a whole curriculum."""

    type: ClassVar[str] = "training.certificate.issued.v1"

    certificate_id: UUID
    kind: Literal["course", "curriculum"]
    achievement_id: UUID


class CertificateRevoked(Event):
    """A certificate holds no longer; the published status list says the same."""

    type: ClassVar[str] = "training.certificate.revoked.v1"

    certificate_id: UUID
    reason: Literal["error", "withdrawn", "corrected", "replaced", "erased"]
