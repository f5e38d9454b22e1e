"""Goals over HTTP: goals, indicators, measurements."""

from services.projects.goal.endpoints.goals import router as goals
from services.projects.goal.endpoints.indicators import router as indicators
from services.projects.goal.endpoints.measurements import router as measurements

__all__ = ["goals", "indicators", "measurements"]
