"""Surveys, by verb family: what is asked, in which rounds, and what was answered."""

from services.projects.survey.service.answers import AnswerService
from services.projects.survey.service.definitions import DefinitionService
from services.projects.survey.service.rounds import CLOSE, SurveyService, SurveyView
from services.projects.survey.service.scores import Score, Scored, ScoreService

__all__ = [
    "CLOSE",
    "AnswerService",
    "DefinitionService",
    "Score",
    "ScoreService",
    "Scored",
    "SurveyService",
    "SurveyView",
]
