"""Who may take a plan out, and who may send one in. Row by row, imports ask for the same rights as any change."""

from services.projects.activity.auth import ActivitiesRead as PlanRead
from services.projects.activity.auth import ActivitiesWrite as PlanImportWrite

__all__ = ["PlanImportWrite", "PlanRead"]
