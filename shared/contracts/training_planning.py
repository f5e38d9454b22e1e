"""What training tells of its planner: what it must respect, and what became of plans. Ids and numbers alone."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Event


class AvailabilityChanged(Event):
    """Hours in which somebody or something is free or busy were written down or removed."""

    type: ClassVar[str] = "training.availability.changed.v1"
    is_public: ClassVar[bool] = False

    availability_id: UUID


class AbsenceCapChanged(Event):
    """How many percent of a unit's staff may be away at once; `unit_id` null: of every unit without a cap."""

    type: ClassVar[str] = "training.absence_cap.changed.v1"

    absence_cap_id: UUID
    unit_id: UUID | None
    percent: int


class TrainingPlanProposed(Event):
    """The planner found sessions for everybody who can come; `bound` is a number below which none has a plan, 0 where
    none is known."""

    type: ClassVar[str] = "training.plan.proposed.v1"

    plan_id: UUID
    sessions: int
    bound: int
    people: int
    left_out: int


class TrainingPlanRefused(Event):
    """The planner found no plan; the plan's problems say why."""

    type: ClassVar[str] = "training.plan.refused.v1"

    plan_id: UUID


class TrainingPlanApproved(Event):
    """A leader approved a proposed plan."""

    type: ClassVar[str] = "training.plan.approved.v1"

    plan_id: UUID


class TrainingPlanPublished(Event):
    """The sessions of an approved plan are scheduled, and its people seated."""

    type: ClassVar[str] = "training.plan.published.v1"

    plan_id: UUID
    added: int
    cancelled: int
    seated: int
    moved: int
