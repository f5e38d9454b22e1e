"""What can be wrong about surveys and their answers."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class SurveyDefinitionNotFound(NotFound):
    slug = "survey-definition-not-found"
    title = Text(sv="Enkätens frågor finns inte", en="No such survey definition")


class SurveyNotFound(NotFound):
    slug = "survey-not-found"
    title = Text(sv="Enkäten finns inte", en="No such survey", da="Undersøgelsen findes ikke")


class SurveyEmpty(Conflict):
    """The source keeps the questions elsewhere: somebody must write them before anybody can be asked."""

    slug = "survey-empty"
    title = Text(sv="Enkäten har inga frågor ännu", en="The survey has no questions yet")


class SurveyNotOpen(Conflict):
    slug = "survey-not-open"
    title = Text(sv="Enkäten tar inte emot svar nu", en="The survey takes no answers now")


class AlreadyAnswered(Conflict):
    slug = "survey-already-answered"
    title = Text(sv="Enkäten är redan besvarad", en="The survey has been answered already")


class AnswersInvalid(Invalid):
    """Answers that are missing, unknown or outside their scale; each is named."""

    slug = "survey-answers-invalid"
    title = Text(sv="Svaren stämmer inte med frågorna", en="The answers do not fit the questions")

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(errors=errors)


class UnitNotInvited(Invalid):
    slug = "survey-unit-not-invited"
    title = Text(sv="Enkäten frågar inte enheten", en="The survey does not ask the unit")

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/unitId", detail=self.title, code="unknown")])
