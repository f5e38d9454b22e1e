"""Making projects from templates over HTTP, and changing what they were made with."""

from services.projects.instantiation.endpoints.making import router as making
from services.projects.instantiation.endpoints.options import router as options
from services.projects.instantiation.endpoints.upgrades import router as upgrades

__all__ = ["making", "options", "upgrades"]
