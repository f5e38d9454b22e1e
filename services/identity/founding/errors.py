"""What can be wrong with a bootstrap."""

from shared.kit.problems import Conflict, Forbidden
from shared.kit.text import Text


class BootstrapRefused(Forbidden):
    """The code is unknown, used or older than an hour; make a new one on the server."""

    slug = "bootstrap-refused"
    title = Text(
        sv="Startkoden gäller inte; skapa en ny på servern",
        en="The bootstrap code is not valid; make a new one on the server",
        da="Startkoden gælder ikke; lav en ny på serveren",
    )


class AlreadyBootstrapped(Conflict):
    slug = "already-bootstrapped"
    title = Text(
        sv="Plattformen har redan en administratör",
        en="The platform already has an administrator",
        da="Platformen har allerede en administrator",
    )
