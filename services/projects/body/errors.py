"""What can be wrong about bodies, seats and who sits in them."""

from typing import Any

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class BodyNotFound(NotFound):
    slug = "body-not-found"
    title = Text(sv="Organet finns inte", en="No such body", da="Organet findes ikke")


class SeatNotFound(NotFound):
    slug = "seat-not-found"
    title = Text(sv="Platsen finns inte", en="No such seat", da="Pladsen findes ikke")


class MembershipNotFound(NotFound):
    slug = "seat-membership-not-found"
    title = Text(sv="Ledamotskapet finns inte", en="No such membership", da="Medlemskabet findes ikke")


class BodyKeyTaken(Conflict):
    slug = "body-key-taken"
    title = Text(
        sv="Projektet har redan ett organ med den nyckeln",
        en="The project has a body with this key already",
        da="Projektet har allerede et organ med den nøgle",
    )
    mend = Text(
        sv="Välj en annan nyckel, eller ändra det organ som finns",
        en="Choose another key, or change the body that is there",
    )


class SeatKeyTaken(Conflict):
    slug = "seat-key-taken"
    title = Text(
        sv="Organet har redan en plats med den nyckeln",
        en="The body has a seat with this key already",
        da="Organet har allerede en plads med den nøgle",
    )


class SeatTaken(Conflict):
    """Somebody sits in the seat on some of those days; `membershipId` names the row."""

    slug = "seat-taken"
    title = Text(
        sv="Platsen är redan besatt under de dagarna",
        en="The seat is taken on those days",
        da="Pladsen er optaget på de dage",
    )
    mend = Text(
        sv="Avsluta det tidigare ledamotskapet dagen före, eller välj senare dagar",
        en="End the former membership on the day before, or choose later days",
    )


class AdvisoryBody(Conflict):
    """An advisory body is heard; it owns no decision (requirements 6)."""

    slug = "advisory-body-cannot-decide"
    title = Text(
        sv="Ett rådgivande organ kan inte fatta eller äga beslut",
        en="An advisory body can neither take nor own a decision",
        da="Et rådgivende organ kan hverken træffe eller eje en beslutning",
    )
    mend = Text(
        sv="Ange ett organ med mandatet 'decides', till exempel styrgruppen",
        en="Name a body with the mandate 'decides', such as the steering group",
    )

    def __init__(self, body_id: Any) -> None:
        super().__init__(
            errors=[FieldError(pointer="#/bodyId", detail=self.title, code="advisory")], bodyId=str(body_id)
        )


class MandateInUse(Conflict):
    """The body has taken decisions, or is to take some: it cannot become advisory."""

    slug = "mandate-in-use"
    title = Text(
        sv="Organet äger beslut och kan inte bli rådgivande",
        en="The body owns decisions and cannot become advisory",
        da="Organet ejer beslutninger og kan ikke blive rådgivende",
    )
    mend = Text(
        sv="Flytta de öppna besluten till ett annat organ, eller skapa ett nytt rådgivande organ",
        en="Move the open decisions to another body, or make a new advisory body",
    )


class MandateContradicts(Invalid):
    """A body of the advisory level that decides."""

    slug = "mandate-contradicts-level"
    title = Text(
        sv="Ett organ på rådgivande nivå kan inte ha mandat att besluta",
        en="A body of the advisory level cannot have a mandate to decide",
        da="Et organ på rådgivende niveau kan ikke have mandat til at beslutte",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/mandate", detail=self.title, code="contradicts_level")])


class Unresolved(Invalid):
    """A phase, anchor, body or role that a body or seat names is not in the project."""

    slug = "governance-reference-unknown"
    title = Text(
        sv="En hänvisning pekar på något som projektet inte har",
        en="A reference points to something that the project does not have",
        da="En henvisning peger på noget, som projektet ikke har",
    )

    def __init__(self, pointer: str, value: object) -> None:
        detail = Text(sv=f"Projektet har inte {value}", en=f"The project does not have {value}")
        super().__init__(errors=[FieldError(pointer=pointer, detail=detail, code="unknown")])
