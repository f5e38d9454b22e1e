"""Why a policy of verification cannot be set so."""

from shared.kit.problems import Forbidden, Invalid
from shared.kit.text import Text


class CustomerDecides(Forbidden):
    """How much is let pass, and which platform is meant, is decided by a person of the customer."""

    slug = "customer-decides"
    title = Text(
        sv="Bara en person hos kunden bestämmer det",
        en="Only a person of the customer decides this",
        da="Kun en person hos kunden bestemmer dette",
    )


class NotThePlatform(Invalid):
    """The source is not what a platform holds, or is not in use."""

    slug = "not-the-platform"
    title = Text(
        sv="Källan är ingen plattforms export i bruk",
        en="The source is not a platform's export in use",
        da="Kilden er ikke en platforms eksport i brug",
    )
