"""What can be wrong with answering a data subject."""

from shared.kit.problems import Conflict, Forbidden, Invalid, NotFound
from shared.kit.text import Text


class RequestMissing(NotFound):
    slug = "person-request-not-found"


class NobodyNamed(Invalid):
    """Give `personId` for somebody of the roster, or `accountId` for who has only an account; not both."""

    slug = "nobody-named"
    title = Text(
        sv="Ange antingen personId eller accountId",
        en="Give either personId or accountId",
        da="Angiv enten personId eller accountId",
    )


class PersonUnknown(Invalid):
    """The roster has nobody with this id, present or ended."""

    slug = "person-unknown"
    title = Text(sv="Ingen person har detta id", en="Nobody has this id", da="Ingen person har dette id")


class ErasureUnderWay(Conflict):
    """The same person's erasure waits for its second person, or runs; `personErasureId` says which."""

    slug = "erasure-under-way"
    title = Text(
        sv="Radering av personen pågår redan",
        en="The person's erasure is under way already",
        da="Sletning af personen er allerede i gang",
    )


class NothingToDecide(Conflict):
    """It was approved or refused already."""

    slug = "nothing-to-decide"
    title = Text(sv="Inget att besluta", en="Nothing to decide", da="Intet at beslutte")


class CustomerDecides(Forbidden):
    """What is erased, a person of the customer decides; no supplier and no program."""

    slug = "customer-decides"
    title = Text(
        sv="Bara en person hos kunden beslutar",
        en="Only a person of the customer decides",
        da="Kun en person hos kunden beslutter",
    )


class SecondPersonDecides(Conflict):
    """Whoever asked for the erasure does not approve it, by another account neither."""

    slug = "second-person-decides"
    title = Text(sv="En annan person beslutar", en="Another person decides", da="En anden person beslutter")


class ExportNotReady(Conflict):
    """Some service has not answered yet; `outcomes` of the export say which."""

    slug = "export-not-ready"
    title = Text(sv="Utdraget är inte klart", en="The export is not ready", da="Udtrækket er ikke klar")
