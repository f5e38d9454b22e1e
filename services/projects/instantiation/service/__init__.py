"""Making projects from templates, by verb family."""

from services.projects.instantiation.service.instantiations import INSTANTIATE, InstantiationService
from services.projects.instantiation.service.writing import CHUNK, PlanWriter

__all__ = ["CHUNK", "INSTANTIATE", "InstantiationService", "PlanWriter"]
