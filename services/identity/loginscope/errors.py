"""What can be wrong with a login scope."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class LoginScopeNotFound(NotFound):
    slug = "login-scope-not-found"
    title = Text(sv="Domänen finns inte", en="The domain does not exist", da="Domænet findes ikke")


class LoginScopeTaken(Conflict):
    """Says that the domain is somebody else's, and never whose."""

    slug = "login-scope-taken"
    title = Text(
        sv="Domänen är verifierad för en annan organisation",
        en="The domain is verified for another organisation",
        da="Domænet er verificeret for en anden organisation",
    )
    mend = Text(
        sv="Kontakta den som driver plattformen",
        en="Ask whoever runs the platform",
        da="Kontakt den, der driver platformen",
    )


class LoginScopeNotProved(Conflict):
    """No federation's signed metadata of an active provider of the tenant names the domain and one vouched for."""

    slug = "login-scope-not-proved"
    title = Text(
        sv="Ingen federations signerade metadata anger domänen för er inloggningstjänst",
        en="No federation's signed metadata names the domain for your identity provider",
        da="Ingen føderations signerede metadata angiver domænet for jeres login-tjeneste",
    )
    mend = Text(
        sv="Anmäl domänen (shibmd:Scope) till federationen, eller be den som driver plattformen att verifiera den",
        en="Register the domain (shibmd:Scope) with the federation, or ask whoever runs the platform to verify it",
        da="Anmeld domænet (shibmd:Scope) til føderationen, eller bed platformens drift om at verificere det",
    )
