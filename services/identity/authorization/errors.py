"""What is told to the person in the browser, since the client's address cannot be trusted or is not known."""

from shared.kit.problems import BadRequest
from shared.kit.text import Text


class UntrustedRedirect(BadRequest):
    """Never redirected: an unknown client or address is how open redirectors steal codes (RFC 9700 section 4.11)."""

    slug = "untrusted-redirect"
    title = Text(
        sv="Klienten eller återvändningsadressen är inte registrerad",
        en="The client or its redirect address is not registered",
        da="Klienten eller dens returadresse er ikke registreret",
    )


class LoginExpired(BadRequest):
    """The login was finished before, began in another browser, or took too long."""

    slug = "login-expired"
    title = Text(
        sv="Inloggningen gäller inte längre; börja om från tjänsten",
        en="The login is no longer valid; start again from the application",
        da="Login er ikke længere gyldigt; begynd forfra fra tjenesten",
    )
