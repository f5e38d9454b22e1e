"""Who may follow how a plan is agreed, and take part in it; `rights` has the last word on side and role."""

from services.projects.project.auth import ProjectsRead as AgreementsRead
from services.projects.project.auth import ProjectsWrite as AgreementsWrite

__all__ = ["AgreementsRead", "AgreementsWrite"]
