"""What can stand in the way of a decision."""

from uuid import UUID

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class DecisionNotFound(NotFound):
    slug = "decision-not-found"
    title = Text(sv="Beslutet finns inte", en="No such decision", da="Beslutningen findes ikke")


class DecisionFinal(Conflict):
    """What was decided is never edited; `decisionId` names it, and `href` where its successor is made."""

    slug = "decision-is-final"
    title = Text(
        sv="Beslutet är fattat och ändras inte",
        en="The decision is taken and does not change",
        da="Beslutningen er truffet og ændres ikke",
    )
    mend = Text(
        sv="Lägg upp ett nytt beslut med supersedesId satt till detta; när det fattas ersätter det det gamla",
        en="Add a decision with supersedesId set to this one; when it is taken it replaces this one",
        da="Opret en ny beslutning med supersedesId sat til denne; når den træffes, erstatter den denne",
    )

    def __init__(self, decision_id: UUID, project_id: UUID) -> None:
        href = f"/projects/v1/projects/{project_id}/decisions"
        super().__init__(decisionId=str(decision_id), href=href)


class DecisionWithdrawn(Conflict):
    slug = "decision-withdrawn"
    title = Text(sv="Frågan har dragits tillbaka", en="The question was withdrawn", da="Spørgsmålet er trukket tilbage")


class DecisionKeyTaken(Conflict):
    """The key is in use by another question, or an answer to this one is being prepared already."""

    slug = "decision-key-taken"
    title = Text(
        sv="Projektet har redan ett sådant beslut",
        en="The project has such a decision already",
        da="Projektet har allerede en sådan beslutning",
    )
    mend = Text(
        sv="Välj en annan nyckel; ska ett fattat beslut ersättas, ange supersedesId",
        en="Choose another key; to replace a decision that was taken, give supersedesId",
    )


class NotYetDecided(Conflict):
    """Only what was decided can be superseded; what is open is simply changed."""

    slug = "not-yet-decided"
    title = Text(
        sv="Bara ett fattat beslut kan ersättas",
        en="Only a decision that was taken can be superseded",
        da="Kun en truffet beslutning kan erstattes",
    )


class CellUnreadable(Conflict):
    """A cell of the matrix whose function could not be read in the source."""

    slug = "matrix-cell-unreadable"
    title = Text(
        sv="Rutan saknar funktion och kan inte beslutas",
        en="The cell names no function and cannot be decided",
        da="Feltet mangler funktion og kan ikke besluttes",
    )
    mend = Text(
        sv="Fyll i vilken funktion rutan gäller och fatta sedan beslutet",
        en="Fill in which function the cell is about, then take the decision",
    )


class OptionUnknown(Invalid):
    slug = "decision-option-unknown"
    title = Text(
        sv="Beslutet har inget sådant alternativ",
        en="The decision has no such option",
        da="Beslutningen har ingen sådan mulighed",
    )

    def __init__(self, known: list[str]) -> None:
        names = ", ".join(known)
        detail = Text(sv=f"Välj något av: {names}", en=f"Choose one of: {names}")
        if not known:
            detail = Text(
                sv="Beslutet har inga alternativ; utelämna optionKey och skriv utfallet i outcome",
                en="The decision has no options; leave optionKey out and write the outcome in outcome",
            )
        super().__init__(errors=[FieldError(pointer="#/optionKey", detail=detail, code="unknown")])


class NoMatrixCell(Conflict):
    """Use is marked of functions, which are cells of the matrix."""

    slug = "no-matrix-cell"
    title = Text(
        sv="Beslutet gäller ingen funktion",
        en="The decision is about no function",
        da="Beslutningen gælder ingen funktion",
    )
