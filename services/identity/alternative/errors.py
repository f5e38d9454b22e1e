"""What can be wrong with an alternative."""

from shared.kit.problems import Conflict, Forbidden, NotFound
from shared.kit.text import Text


class AlternativeNotFound(NotFound):
    slug = "account-alternative-not-found"
    title = Text(
        sv="Inloggningssättet finns inte", en="The way of logging in does not exist", da="Loginmetoden findes ikke"
    )


class LinkCaseNotFound(NotFound):
    slug = "link-case-not-found"
    title = Text(sv="Ärendet finns inte", en="The case does not exist", da="Sagen findes ikke")


class LinkCaseDecided(Conflict):
    slug = "link-case-decided"
    title = Text(sv="Ärendet är redan avgjort", en="The case is already decided", da="Sagen er allerede afgjort")


class AlternativeTaken(Conflict):
    slug = "account-alternative-taken"
    title = Text(
        sv="Inloggningen hör redan till ett konto",
        en="The login already belongs to an account",
        da="Loginet hører allerede til en konto",
    )


class NotAtHome(Forbidden):
    """Ways of logging in are added where the account lives."""

    slug = "not-at-home"
    title = Text(
        sv="Kontot hör till en annan organisation",
        en="The account belongs to another organisation",
        da="Kontoen hører til en anden organisation",
    )
