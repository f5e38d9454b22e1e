"""What can be wrong with a change of keys."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class TenantKeyNotFound(NotFound):
    slug = "tenant-key-not-found"
    title = Text(sv="Nyckeln finns inte", en="The key does not exist", da="Nøglen findes ikke")


class SuccessorWaits(Conflict):
    slug = "tenant-key-successor-waits"
    title = Text(
        sv="En efterträdare väntar redan; ta den i bruk eller dra tillbaka den först",
        en="A successor waits already; activate it or withdraw it first",
        da="En efterfølger venter allerede; tag den i brug eller træk den tilbage først",
    )


class KeyNotNext(Conflict):
    slug = "tenant-key-not-next"
    title = Text(
        sv="Bara en nyckel som väntar kan tas i bruk eller dras tillbaka",
        en="Only a key that waits can be activated or withdrawn",
        da="Kun en nøgle, der venter, kan tages i brug eller trækkes tilbage",
    )


class KeyTooNew(Conflict):
    slug = "tenant-key-too-new"
    title = Text(
        sv="Nyckeln har inte varit publicerad så länge att inloggningstjänsterna hunnit läsa den",
        en="The key has not been published long enough for identity providers to have read it",
        da="Nøglen har ikke været offentliggjort længe nok til, at login-tjenesterne har læst den",
    )
