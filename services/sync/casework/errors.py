"""Why a case cannot be decided."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class CaseUndecided(Conflict):
    """There is no decision to take back."""

    slug = "case-undecided"
    title = Text(sv="Fallet är inte avgjort", en="The case is not decided", da="Sagen er ikke afgjort")


class CaseBuiltUpon(Conflict):
    """A plan that rests on the decision was applied; `runId` says which. Undo that run, then take the decision back."""

    slug = "case-built-upon"
    title = Text(
        sv="En tillämpad plan bygger på beslutet",
        en="An applied plan rests on the decision",
        da="En anvendt plan bygger på beslutningen",
    )
    mend = Text(
        sv="Ångra körningen som runId nämner och ta sedan tillbaka beslutet",
        en="Undo the run that runId names, then take the decision back",
        da="Fortryd kørslen, som runId nævner, og tag så beslutningen tilbage",
    )


class CaseClosed(Conflict):
    """Somebody has decided the case, or the register no longer gives rise to it."""

    slug = "case-closed"
    title = Text(sv="Fallet är inte öppet", en="The case is not open", da="Sagen er ikke åben")
    mend = Text(
        sv="Läs fallet igen; kommer det tillbaka med nya uppgifter öppnas det på nytt",
        en="Read the case again; if it comes back with other marks, it opens anew",
        da="Læs sagen igen; kommer den tilbage med nye oplysninger, åbnes den på ny",
    )
