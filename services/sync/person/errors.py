"""Why a person cannot be entered or changed."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class PersonOfRegister(Conflict):
    """A register delivers this person; only the protection of the identity can be tightened here."""

    slug = "owned-by-register"
    title = Text(sv="Ändras i registret", en="Changed in the register", da="Ændres i registeret")


class LoginTaken(Conflict):
    slug = "login-taken"
    title = Text(sv="Inloggningen är upptagen", en="The login name is taken", da="Loginnavnet er optaget")


class PersonEnded(Conflict):
    """The person has left the roster, and a change would bring back who was erased; protection can be tightened."""

    slug = "person-ended"
    title = Text(sv="Personen har avslutats", en="The person has ended", da="Personen er afsluttet")
    mend = Text(
        sv="Lägg in personen i registret igen; här kan bara skyddet skärpas",
        en="Enter the person in the register again; only protection can be tightened here",
        da="Opret personen i registret igen; her kan kun beskyttelsen skærpes",
    )
