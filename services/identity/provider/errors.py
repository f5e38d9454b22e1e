"""What can go wrong with an identity provider."""

from shared.kit.problems import Conflict, Invalid, NotFound
from shared.kit.text import Text


class ProviderNotFound(NotFound):
    slug = "identity-provider-not-found"
    title = Text(
        sv="Inloggningstjänsten finns inte",
        en="The identity provider does not exist",
        da="Login-tjenesten findes ikke",
    )


class ProviderUnsound(Invalid):
    """What was given cannot make a working login; each error names the field and what to do."""

    slug = "identity-provider-unsound"
    title = Text(
        sv="Inloggningstjänsten går inte att använda så här",
        en="The identity provider cannot be used like this",
        da="Login-tjenesten kan ikke bruges sådan",
    )


class ProviderTaken(Conflict):
    """Says nothing of who has it."""

    slug = "identity-provider-taken"
    title = Text(
        sv="En annan organisation loggar in genom samma inloggningstjänst",
        en="Another organisation logs in through the same identity provider",
        da="En anden organisation logger ind gennem samme login-tjeneste",
    )
    mend = Text(
        sv="Är den gemensam? Be plattformens operatör att tillåta det",
        en="Is it shared? Ask the operator of the platform to allow it",
        da="Er den fælles? Bed platformens operatør om at tillade det",
    )


class ProviderUnverified(Conflict):
    slug = "identity-provider-unverified"
    title = Text(
        sv="Inloggningssättet är inte verifierat som det är inställt nu",
        en="The login method is not verified as it is set up now",
        da="Loginmetoden er ikke verificeret, som den er sat op nu",
    )
    mend = Text(
        sv="Gör ett lyckat prov för varje grupp, och aktivera sedan",
        en="Make a successful trial for each population, then activate",
        da="Lav en vellykket prøve for hver gruppe, og aktivér derefter",
    )


class LastLoginMethod(Conflict):
    slug = "last-login-method"
    title = Text(
        sv="Det är det sista aktiva inloggningssättet",
        en="It is the last active login method",
        da="Det er den sidste aktive loginmetode",
    )
    mend = Text(
        sv="Aktivera ett annat först, eller bekräfta med locksOut och reason att ingen längre ska kunna logga in",
        en="Activate another first, or confirm by locksOut and reason that nobody shall be able to log in",
        da="Aktivér en anden først, eller bekræft med locksOut og reason, at ingen længere skal kunne logge ind",
    )
