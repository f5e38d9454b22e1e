"""The signals of training: computed from its rows, never typed in; gates and risks in projects read them.

Counts and ids alone. `unit_id` is null for the whole authority, where everybody counts once. A signal is told when it
changes; one that has come to nothing is told with zeros.
"""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Event


class TrainingSignal(Event):
    """What all have in common: `signal_id` names the signal, which keeps it."""

    signal_id: UUID

    @property
    def subject(self) -> UUID:
        return self.signal_id


class KeyPersonsChanged(TrainingSignal):
    """Key persons [nyckelpersoner, HAN-K09..11] of a unit, and whether any of them is trained.

    `unbooked` need training and have no seat in a coming session; of these `without_time` lost a seat (cancelled or not
    used), or their unit goes live within four weeks. A unit without a trained key person is `missing`, and `red` from
    fourteen days before it goes live; of a single unit both are 0 or 1, and `units` 1.
    """

    type: ClassVar[str] = "training.key_persons.changed.v1"

    unit_id: UUID | None
    appointed: int = 0
    trained: int = 0
    unbooked: int = 0
    without_time: int = 0
    units: int = 0
    missing: int = 0
    red: int = 0
    goes_live_on: date | None = None


class AttendanceChanged(TrainingSignal):
    """How those who hold `role` today have used the seats that they had, each course of the role once per person.

    `invited` is who was marked: came (`attended`, partly too) or only stayed away (`no_show`). Who came at a later
    time has come. `unmarked` had a seat in a session that is over, and no list tells whether they came.
    """

    type: ClassVar[str] = "training.attendance.changed.v1"

    unit_id: UUID | None
    role: str
    invited: int = 0
    attended: int = 0
    no_show: int = 0
    unmarked: int = 0


class MissedChanged(TrainingSignal):
    """People in `role` who did not come, and have neither come since nor got a seat in a coming session."""

    type: ClassVar[str] = "training.missed.changed.v1"

    unit_id: UUID | None
    role: str
    missed: int = 0


class AccessChanged(TrainingSignal):
    """Whether those in `role` who came to a session reach the platform, as `source` knows it of the platform itself.

    `granted`: an active account, used since 14 days before the session's end; `granted_here` of them are known by a
    login through identity alone, at the application that is the platform. `missing`: a day after it there was no
    account, none that is active, or none that was used. `pending`: the session ended less than a day ago. `unknown`:
    nothing that is newer than the session tells it. The four add up to `trained`.
    """

    type: ClassVar[str] = "training.access.changed.v1"

    unit_id: UUID | None
    role: str
    trained: int = 0
    granted: int = 0
    granted_here: int = 0
    missing: int = 0
    pending: int = 0
    unknown: int = 0
    source: str = "sync"


class AccessPolicyChanged(Event):
    """Which application of the authority is the platform, for logins through us, was said anew, as of `version`."""

    type: ClassVar[str] = "training.access_policy.changed.v1"

    access_policy_id: UUID
    version: int


class TrainerCapacityChanged(TrainingSignal):
    """Coming sessions. `without_trainer`: nobody who is named to hold it works here and is free then.

    `unavailable`: one of them is not; `without_backup`: no backup is there and free for the trainer who is."""

    type: ClassVar[str] = "training.trainer_capacity.changed.v1"

    sessions: int = 0
    without_trainer: int = 0
    unavailable: int = 0
    without_backup: int = 0


class CourseDemandChanged(TrainingSignal):
    """How many wait for a seat in a course, and how many seats are free in any of its coming sessions."""

    type: ClassVar[str] = "training.course_demand.changed.v1"

    course_id: UUID
    waiting: int = 0
    free: int = 0
