"""What can stand in the way of an escalation."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class EscalationNotFound(NotFound):
    slug = "escalation-not-found"
    title = Text(sv="Eskaleringen finns inte", en="No such escalation", da="Eskaleringen findes ikke")


class WrongWay(Invalid):
    """An escalation goes from the operative to the strategic level of the same project (HAN-GOV)."""

    slug = "escalation-wrong-way"
    title = Text(
        sv="En eskalering går från operativ till strategisk nivå",
        en="An escalation goes from the operative to the strategic level",
        da="En eskalering går fra operativt til strategisk niveau",
    )

    def __init__(self, pointer: str) -> None:
        super().__init__(errors=[FieldError(pointer=pointer, detail=self.title, code="wrong_level")])


class EscalationUnanswered(Conflict):
    slug = "escalation-unanswered"
    title = Text(
        sv="Eskaleringen är inte besvarad och kan inte avslutas",
        en="The escalation has no answer and cannot be closed",
        da="Eskaleringen er ikke besvaret og kan ikke afsluttes",
    )
    mend = Text(
        sv="Den strategiska nivån svarar först; avsluta sedan",
        en="The strategic level answers first; then close it",
    )


class EscalationAnsweredAlready(Conflict):
    slug = "escalation-answered-already"
    title = Text(
        sv="Eskaleringen är redan besvarad", en="The escalation has its answer", da="Eskaleringen er allerede besvaret"
    )
