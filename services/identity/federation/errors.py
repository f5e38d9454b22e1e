"""What can go wrong when federations are administered."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class FederationNotFound(NotFound):
    slug = "federation-not-found"
    title = Text(sv="Federationen finns inte", en="The federation does not exist", da="Føderationen findes ikke")


class FederationUrlTaken(Conflict):
    slug = "federation-url-taken"
    title = Text(
        sv="En federation med denna adress finns redan",
        en="There is already a federation with this address",
        da="Der findes allerede en føderation med denne adresse",
    )


class NothingToDecide(Conflict):
    """The generation does not wait (any more), or could not be put into force now."""

    slug = "federation-nothing-to-decide"
    title = Text(
        sv="Den här versionen av metadata väntar inte på beslut",
        en="This generation of metadata waits for no decision",
        da="Denne version af metadata venter ikke på en afgørelse",
    )


class WrongKind(Conflict):
    slug = "federation-wrong-kind"
    title = Text(
        sv="Federationen lämnar alla medlemmar på en gång och kan inte frågas om en",
        en="The federation gives all members at once and cannot be asked about one",
        da="Føderationen giver alle medlemmer på én gang og kan ikke spørges om ét",
    )
