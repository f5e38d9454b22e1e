"""What can go wrong while a login method is set up."""

from shared.kit.problems import Conflict, Invalid, NotFound
from shared.kit.text import Text


class PopulationNotServed(Invalid):
    slug = "population-not-served"
    title = Text(
        sv="Inloggningssättet är inte för den gruppen",
        en="The login method is not for that population",
        da="Loginmetoden er ikke for den gruppe",
    )
    mend = Text(
        sv="Ange en av inloggningssättets grupper, eller ingen där det är för alla",
        en="Name one of the method's populations, or none where it is for everybody",
        da="Angiv en af loginmetodens grupper, eller ingen hvor den er for alle",
    )


class IssuerSharedAlready(Conflict):
    slug = "issuer-shared-already"
    title = Text(
        sv="Inloggningstjänsten är redan gemensam",
        en="The identity provider is shared already",
        da="Login-tjenesten er allerede fælles",
    )


class SharedIssuerNotFound(NotFound):
    slug = "shared-issuer-not-found"
    title = Text(
        sv="Den gemensamma inloggningstjänsten finns inte",
        en="The shared identity provider does not exist",
        da="Den fælles login-tjeneste findes ikke",
    )
