"""Why a case cannot be decided."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class CaseClosed(Conflict):
    """Somebody has decided the case, or the register no longer gives rise to it."""

    slug = "case-closed"
    title = Text(sv="Fallet är inte öppet", en="The case is not open", da="Sagen er ikke åben")
    mend = Text(
        sv="Läs fallet igen; kommer det tillbaka med nya uppgifter öppnas det på nytt",
        en="Read the case again; if it comes back with other marks, it opens anew",
        da="Læs sagen igen; kommer den tilbage med nye oplysninger, åbnes den på ny",
    )
