"""What can be wrong about a data request."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class DataRequestNotFound(NotFound):
    slug = "data-request-not-found"
    title = Text(sv="Datainsamlingen finns inte", en="No such data request", da="Dataindsamlingen findes ikke")


class DataRequestClosed(Conflict):
    slug = "data-request-closed"
    title = Text(sv="Datainsamlingen är avslutad", en="The data request is closed")


class NotFollowedUp(Conflict):
    """No result is asked for that is not followed up and fed back (MIT-W1); `missing` names what lacks."""

    slug = "data-request-not-followed-up"
    title = Text(
        sv="Datainsamlingen kan inte avslutas än", en="The data request cannot be closed yet",
    )  # fmt: skip

    def __init__(self, missing: list[str]) -> None:
        words = {"follow_up": ("uppföljning", "follow-up"), "feedback": ("återkoppling", "feedback")}
        sv = " och ".join(words[one][0] for one in missing)
        en = " and ".join(words[one][1] for one in missing)
        super().__init__(Text(sv=f"Det saknas: {sv}", en=f"Missing: {en}"), missing=missing)


class NothingAnswered(Invalid):
    """An answer holds a value where an indicator is asked for, and a text where a question is."""

    slug = "data-request-answer"
    title = Text(
        sv="Svara med ett värde på en indikator, och med text på en fråga",
        en="Answer an indicator with a value, and a question with a text",
    )

    def __init__(self, pointer: str) -> None:
        super().__init__(errors=[FieldError(pointer=pointer, detail=self.title, code="missing")])


class NotAsked(Invalid):
    slug = "data-request-unit-not-asked"
    title = Text(sv="Enheten är inte tillfrågad", en="The unit is not asked")

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/unitId", detail=self.title, code="unknown")])
