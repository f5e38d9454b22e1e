"""What can stand in the way of a consultation."""

from collections.abc import Sequence
from uuid import UUID

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class ConsultationNotFound(NotFound):
    slug = "consultation-not-found"
    title = Text(sv="Remissen finns inte", en="No such consultation", da="Høringen findes ikke")


class ResponseNotFound(NotFound):
    slug = "consultation-response-not-found"
    title = Text(sv="Remissvaret finns inte", en="No such response", da="Høringssvaret findes ikke")


class ConsultationClosed(Conflict):
    slug = "consultation-closed"
    title = Text(sv="Remissen är avslutad", en="The consultation is closed", da="Høringen er afsluttet")


class ResponsesOpen(Conflict):
    """Responses that nobody has dealt with; `open` names each."""

    slug = "consultation-responses-open"
    title = Text(
        sv="Alla svar måste behandlas innan remissen avslutas",
        en="Every response must be dealt with before the consultation is closed",
        da="Alle svar skal behandles, før høringen afsluttes",
    )

    def __init__(self, responses: Sequence[UUID]) -> None:
        count = len(responses)
        detail = Text(sv=f"{count} svar är inte behandlade", en=f"{count} responses have not been dealt with")
        super().__init__(detail, open=[str(one) for one in responses])
