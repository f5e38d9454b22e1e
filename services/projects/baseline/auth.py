"""Who may read baselines and freeze a plan by hand: whoever may read, and lead, the project."""

from services.projects.project.auth import ProjectsRead as BaselinesRead
from services.projects.project.auth import ProjectsWrite as BaselinesWrite

__all__ = ["BaselinesRead", "BaselinesWrite"]
