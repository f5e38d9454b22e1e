"""Who may read and run the members of programmes: as programmes. A simulation shows rows of plans."""

from services.projects.programme.auth import ProgrammesRead as MembersRead
from services.projects.programme.auth import ProgrammesWrite as MembersWrite
from services.projects.schedule.auth import SchedulesRead as WaveSimulationsRead

__all__ = ["MembersRead", "MembersWrite", "WaveSimulationsRead"]
