"""Who may share a plan: whoever leads the project for the customer."""

from services.projects.project.auth import ProjectsRead as SharesRead
from services.projects.project.auth import ProjectsWrite as SharesWrite

__all__ = ["SharesRead", "SharesWrite"]
