"""What can be wrong with an account."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class AccountNotFound(NotFound):
    slug = "account-not-found"
    title = Text(sv="Kontot finns inte", en="The account does not exist", da="Kontoen findes ikke")


class LoginNameTaken(Conflict):
    slug = "login-name-taken"
    title = Text(sv="Inloggningsnamnet är upptaget", en="The login name is taken", da="Loginnavnet er optaget")
    mend = Text(
        sv="Välj ett annat inloggningsnamn",
        en="Choose another login name",
        da="Vælg et andet loginnavn",
    )


class AccountFollowsRoster(Conflict):
    """The account is kept by the roster; change the person there."""

    slug = "account-follows-roster"
    title = Text(
        sv="Kontot styrs av registret; ändra personen där",
        en="The account follows the roster; change the person there",
        da="Kontoen styres af registeret; ret personen dér",
    )
