"""What can be wrong with a hand-over."""

from shared.kit.problems import Conflict, Forbidden, Invalid, NotFound
from shared.kit.text import Text


class HandoverNotFound(NotFound):
    slug = "handover-not-found"
    title = Text(sv="Överlämningen finns inte", en="The hand-over does not exist", da="Overdragelsen findes ikke")


class HandoverDecided(Conflict):
    slug = "handover-decided"
    title = Text(
        sv="Överlämningen är redan avgjord",
        en="The hand-over is already decided",
        da="Overdragelsen er allerede afgjort",
    )


class HandoverOpen(Conflict):
    slug = "handover-open"
    title = Text(
        sv="Rollen är redan erbjuden kontot",
        en="The role is already offered to the account",
        da="Rollen er allerede tilbudt kontoen",
    )


class NotYoursToHandOver(Forbidden):
    """Who hands a role over holds it there, or administers the customer's whole tenant."""

    slug = "not-yours-to-hand-over"
    title = Text(
        sv="Du har inte rollen och kan inte lämna över den",
        en="You do not hold the role, so you cannot hand it over",
        da="Du har ikke rollen og kan ikke overdrage den",
    )


class NotTheReceiver(Forbidden):
    slug = "not-the-receiver"
    title = Text(
        sv="Bara mottagaren kan ta emot rollen, på kundens sida",
        en="Only the receiver can take the role, on the customer's side",
        da="Kun modtageren kan tage imod rollen, på kundens side",
    )


class ReceiverOfOtherSide(Invalid):
    """Administrators are the customer's own people: an open account of this tenant, standing on no other side."""

    slug = "receiver-of-other-side"
    title = Text(
        sv="Mottagaren är inte ett öppet konto på kundens sida",
        en="The receiver is no open account on the customer's side",
        da="Modtageren er ikke en åben konto på kundens side",
    )


class ReasonMissing(Invalid):
    slug = "handover-reason-missing"
    title = Text(
        sv="Ange varför den tidigare behåller rollen",
        en="Say why the former holder keeps the role",
        da="Angiv hvorfor den tidligere beholder rollen",
    )


class FormerHolderUnknown(Invalid):
    slug = "former-holder-unknown"
    title = Text(
        sv="Den tidigare har inte rollen där",
        en="The former holder does not hold the role there",
        da="Den tidligere har ikke rollen der",
    )


class UnitMisfit(Invalid):
    slug = "handover-unit-misfit"
    title = Text(
        sv="En skolas roll gäller en enhet, huvudadministratörens ingen",
        en="A school's role is at a unit, the main administrator's at none",
        da="En skoles rolle gælder en enhed, hovedadministratorens ingen",
    )
