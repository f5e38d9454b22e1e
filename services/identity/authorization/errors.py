"""What is told to the person in the browser, since the client's address cannot be trusted or is not known."""

from shared.kit.problems import BadRequest, Forbidden
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


class NoLoginHere(Forbidden):
    """The tenant has no identity provider, or has disabled it."""

    slug = "no-login-here"
    title = Text(
        sv="Organisationen har stängt av sin inloggning",
        en="The organisation has switched its login off",
        da="Organisationen har slået sit login fra",
    )

    def __init__(self) -> None:
        super().__init__(
            Text(
                sv="Ingen inloggningstjänst är aktiv här. Vänd dig till organisationens administratör.",
                en="No identity provider is active here. Ask the organisation's administrator.",
                da="Ingen login-tjeneste er aktiv her. Kontakt organisationens administrator.",
            )
        )
