"""Why a time of retention cannot be set."""

from shared.kit.problems import Conflict, Forbidden, Invalid, NotFound
from shared.kit.text import Text


class HoldingMissing(NotFound):
    """The catalogue has no such kind of data; `/processing-records` lists them."""

    slug = "holding-not-found"


class NotSettable(Conflict):
    """This time is set elsewhere (`setAt`), or follows from what the data are."""

    slug = "retention-not-settable"
    title = Text(
        sv="Tiden kan inte ställas in här",
        en="This time cannot be set here",
        da="Denne frist kan ikke indstilles her",
    )


class OutOfBounds(Invalid):
    """Between `least` and `most` days."""

    slug = "retention-out-of-bounds"
    title = Text(
        sv="Antalet dagar är utanför gränserna",
        en="The number of days is out of bounds",
        da="Antallet af dage er uden for grænserne",
    )


class CustomerSets(Forbidden):
    """How long data are kept, the controller decides: a person of the customer, no supplier and no program."""

    slug = "customer-sets-retention"
    title = Text(
        sv="Bara en person hos kunden ställer in tiden",
        en="Only a person of the customer sets the time",
        da="Kun en person hos kunden indstiller fristen",
    )
