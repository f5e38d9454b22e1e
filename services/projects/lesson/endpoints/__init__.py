"""Evaluations, lessons, need cards and the requirement backlog over HTTP."""

from services.projects.lesson.endpoints.evaluations import router as evaluations
from services.projects.lesson.endpoints.lessons import router as lessons
from services.projects.lesson.endpoints.need_cards import router as need_cards
from services.projects.lesson.endpoints.requirements import router as requirements

__all__ = ["evaluations", "lessons", "need_cards", "requirements"]
