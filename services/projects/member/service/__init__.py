"""The members of programmes: who they are, entering waves, and the way in for their authorities."""

from services.projects.member.service.handles import Accepted, HandleService
from services.projects.member.service.members import MemberService, MemberView
from services.projects.member.service.simulation import Simulated, SimulationService

__all__ = ["Accepted", "HandleService", "MemberService", "MemberView", "Simulated", "SimulationService"]
