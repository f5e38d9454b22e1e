"""Who may read documents and reports, and who writes them: whoever reads, and leads, the project."""

from services.projects.project.auth import ProjectsRead as DocumentsRead
from services.projects.project.auth import ProjectsWrite as DocumentsWrite

__all__ = ["DocumentsRead", "DocumentsWrite"]
