"""What projects tells about programmes: waves, who enters them, task lists that were given out and taken over."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event


class ProgrammeCreated(Event):
    """A programme with its waves is there."""

    type: ClassVar[str] = "projects.programme.created.v1"

    programme_id: UUID


class ProgrammeChanged(Event):
    """A programme, one of its waves or one of its members was changed."""

    type: ClassVar[str] = "projects.programme.changed.v1"

    programme_id: UUID
    wave_id: UUID | None = None
    members: int = 0


class WaveMoved(Event):
    """A wave was started, paused, resumed or completed."""

    type: ClassVar[str] = "projects.wave.moved.v1"

    programme_id: UUID
    wave_id: UUID
    state: Literal["planned", "started", "paused", "done"]


class WaveEntered(Event):
    """A member of a programme entered its wave, being ready or let in by a waiver."""

    type: ClassVar[str] = "projects.wave.entered.v1"

    programme_id: UUID
    wave_id: UUID
    member_id: UUID
    is_waived: bool


class WaveBlocked(Event):
    """A member was to enter its wave and is not ready."""

    type: ClassVar[str] = "projects.wave.blocked.v1"

    programme_id: UUID
    wave_id: UUID
    member_id: UUID
    readiness: Literal["unknown", "not_ready"]


class WaveReadinessWaived(Event):
    """A member may enter its wave although it is not ready."""

    type: ClassVar[str] = "projects.wave.readiness_waived.v1"

    programme_id: UUID
    member_id: UUID

    @property
    def subject(self) -> UUID:
        return self.member_id


class ProgrammeTaskListPublished(Event):
    """A programme gave out a version of its central task list."""

    type: ClassVar[str] = "projects.programme.task_list_published.v1"

    programme_id: UUID
    publication_id: UUID
    number: int


class ProgrammeMemberAccepted(Event):
    """An authority took its invitation to a programme."""

    type: ClassVar[str] = "projects.programme.member_accepted.v1"

    programme_id: UUID
    member_id: UUID


class ProgrammeMemberReported(Event):
    """An authority pushed aggregates of its project to the programme."""

    type: ClassVar[str] = "projects.programme.member_reported.v1"

    programme_id: UUID
    member_id: UUID


class ProgrammeJoined(Event):
    """In the authority: it takes part in a programme."""

    type: ClassVar[str] = "projects.programme_membership.joined.v1"

    programme_membership_id: UUID


class ProgrammeLeft(Event):
    """In the authority: it takes part no longer."""

    type: ClassVar[str] = "projects.programme_membership.left.v1"

    programme_membership_id: UUID


class TaskListPulled(Event):
    """In the authority: the programme's task list was taken over as a template."""

    type: ClassVar[str] = "projects.programme_membership.task_list_pulled.v1"

    programme_membership_id: UUID
    number: int


class ProgrammeReportSent(Event):
    """In the authority: aggregates of a project were pushed to the programme."""

    type: ClassVar[str] = "projects.programme_membership.reported.v1"

    programme_membership_id: UUID
    project_id: UUID
