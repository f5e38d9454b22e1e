"""Who may read and run the members of programmes: as programmes."""

from services.projects.programme.auth import ProgrammesRead as MembersRead
from services.projects.programme.auth import ProgrammesWrite as MembersWrite

__all__ = ["MembersRead", "MembersWrite"]
