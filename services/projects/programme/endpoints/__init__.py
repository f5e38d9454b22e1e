"""Programmes over HTTP: the programmes with their task lists, and their waves."""

from services.projects.programme.endpoints.programmes import router as programmes
from services.projects.programme.endpoints.waves import router as waves

__all__ = ["programmes", "waves"]
