"""What can be wrong with files and imports as a whole; what is wrong inside a file are findings."""

from collections.abc import Sequence
from uuid import UUID

from shared.kit.problems import Conflict, Invalid, NotFound, Problem
from shared.kit.text import Text


class ImportNotFound(NotFound):
    slug = "import-not-found"
    title = Text(sv="Importen finns inte", en="No such import", da="Importen findes ikke")


class FileUnreadable(Invalid):
    """The file as a whole cannot be read; `detail` says why and what to do."""

    slug = "import-file-unreadable"
    title = Text(sv="Filen går inte att läsa", en="The file cannot be read", da="Filen kan ikke læses")


class ImportNotJudged(Conflict):
    slug = "import-not-judged"
    title = Text(
        sv="Importen har ingen färdig provkörning",
        en="The import has no finished dry run",
        da="Importen har ingen færdig prøvekørsel",
    )


class ImportAlreadyApplied(Conflict):
    slug = "import-already-applied"
    title = Text(sv="Importen är redan gjord", en="The import has been applied", da="Importen er allerede udført")


class ImportErased(Conflict):
    slug = "import-erased"
    title = Text(
        sv="Filen är raderad: skicka den igen",
        en="The file was erased: send it again",
        da="Filen er slettet: send igen",
    )


class ImportOutdated(Conflict):
    """The plan changed in a way that touches the rows, or another dry run was looked at; `activityIds` names rows."""

    slug = "import-outdated"
    title = Text(
        sv="Planen har ändrats sedan provkörningen",
        en="The plan has changed since the dry run",
        da="Planen er ændret siden prøvekørslen",
    )
    mend = Text(
        sv="Gör en ny provkörning och se över ändringarna",
        en="Make a new dry run and look at the changes",
        da="Lav en ny prøvekørsel og se ændringerne igennem",
    )

    def __init__(self, ids: Sequence[UUID | str] = ()) -> None:
        super().__init__(activityIds=[str(each) for each in ids][:50])


class ImportHasErrors(Conflict):
    """Some rows cannot be applied, and all or nothing was asked for; `refused` says how many."""

    slug = "import-has-errors"
    title = Text(
        sv="Några rader kan inte läsas in", en="Some rows cannot be applied", da="Nogle rækker kan ikke indlæses"
    )
    mend = Text(
        sv="Rätta filen och skicka den igen, eller läs in de övriga med allOrNothing false",
        en="Mend the file and send it again, or apply the others with allOrNothing false",
        da="Ret filen og send den igen, eller indlæs de øvrige med allOrNothing false",
    )


class FormatNotAcceptable(Problem):
    """None of the formats that the caller accepts is one that a plan is written in (RFC 9110 section 15.5.7)."""

    status = 406
    slug = "format-not-acceptable"
    title = Text(
        sv="Planen kan inte skrivas i det formatet",
        en="The plan cannot be written in that format",
        da="Planen kan ikke skrives i det format",
    )
