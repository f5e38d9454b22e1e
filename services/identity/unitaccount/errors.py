"""What can be wrong with an account that a unit opens."""

from shared.kit.problems import Conflict, Forbidden, Invalid
from shared.kit.text import Text


class ForeignLoginName(Invalid):
    """A unit vouches for nobody outside the domains that are proved to be the tenant's."""

    slug = "foreign-login-name"
    title = Text(
        sv="Inloggningsnamnet hör inte till en domän som är bekräftad som huvudmannens",
        en="The login name is of no domain that is verified as the authority's",
        da="Loginnavnet hører ikke til et domæne, der er bekræftet som myndighedens",
    )


class NotYourUnit(Forbidden):
    slug = "not-your-unit"
    title = Text(
        sv="Du administrerar inte den enheten",
        en="You do not administer that unit",
        da="Du administrerer ikke den enhed",
    )


class HoldsMore(Conflict):
    """Somebody else gave the account roles too: whoever administers the whole tenant closes it."""

    slug = "account-holds-more"
    title = Text(
        sv="Kontot har fler roller än enhetens; huvudadministratören stänger det",
        en="The account holds more than the unit's role; the main administrator closes it",
        da="Kontoen har flere roller end enhedens; hovedadministratoren lukker den",
    )


class ClosedAlready(Conflict):
    slug = "account-closed"
    title = Text(sv="Kontot är redan stängt", en="The account is already closed", da="Kontoen er allerede lukket")
