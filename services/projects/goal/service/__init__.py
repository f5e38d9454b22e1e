"""Goals and how they are measured, by verb family."""

from services.projects.goal.service.goals import GoalService, GoalView
from services.projects.goal.service.indicators import IndicatorService, IndicatorView
from services.projects.goal.service.measurements import MeasurementService, Reading
from services.projects.goal.service.upserts import UpsertService, reading_of

__all__ = [
    "GoalService",
    "GoalView",
    "IndicatorService",
    "IndicatorView",
    "MeasurementService",
    "Reading",
    "UpsertService",
    "reading_of",
]
