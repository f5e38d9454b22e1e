"""The word lists of surveys."""

from enum import StrEnum


class Respondent(StrEnum):
    """Who answers: a unit, through its head, or each person. Units are no persons: their answers may be shown."""

    unit = "unit"
    person = "person"


class SurveySource(StrEnum):
    """Where the questions come from: the plan's source, our own optional set, or the customer."""

    template = "template"
    startklar = "startklar"
    own = "own"
