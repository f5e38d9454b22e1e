"""Making projects from templates, by verb family."""

from services.projects.instantiation.service.instantiations import INSTANTIATE, InstantiationService
from services.projects.instantiation.service.options import OptionEffects, OptionService
from services.projects.instantiation.service.upgrades import Upgrade, UpgradeService
from services.projects.instantiation.service.writing import CHUNK, PlanWriter

__all__ = [
    "CHUNK",
    "INSTANTIATE",
    "InstantiationService",
    "OptionEffects",
    "OptionService",
    "PlanWriter",
    "Upgrade",
    "UpgradeService",
]
