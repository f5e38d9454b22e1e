"""Who may read change requests and ask for one; `rights` has the last word on side and role."""

from services.projects.project.auth import ProjectsRead as ChangeRequestsRead
from services.projects.project.auth import ProjectsWrite as ChangeRequestsWrite

__all__ = ["ChangeRequestsRead", "ChangeRequestsWrite"]
