"""What can stand in the way of a risk, its assessment or its acceptance."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class RiskNotFound(NotFound):
    slug = "risk-not-found"
    title = Text(sv="Risken finns inte", en="No such risk", da="Risikoen findes ikke")


class RiskProposalNotFound(NotFound):
    slug = "risk-proposal-not-found"
    title = Text(sv="Riskförslaget finns inte", en="No such risk proposal", da="Risikoforslaget findes ikke")


class RiskMeasureNotFound(NotFound):
    slug = "risk-measure-not-found"
    title = Text(
        sv="Aktiviteten är ingen åtgärd mot risken",
        en="The activity is no measure against the risk",
        da="Aktiviteten er ikke et tiltag mod risikoen",
    )


class RiskClosed(Conflict):
    slug = "risk-closed"
    title = Text(sv="Risken är avslutad", en="The risk is closed", da="Risikoen er lukket")
    mend = Text(sv="Öppna risken igen först", en="Open the risk again first", da="Genåbn risikoen først")


class RiskNotAssessed(Conflict):
    """A level that nobody has set cannot be lived with."""

    slug = "risk-not-assessed"
    title = Text(
        sv="Risken är inte bedömd än", en="The risk has not been assessed yet", da="Risikoen er ikke vurderet endnu"
    )
    mend = Text(sv="Bedöm risken först", en="Assess the risk first", da="Vurdér risikoen først")


class ProposalSettled(Conflict):
    slug = "risk-proposal-settled"
    title = Text(
        sv="Förslaget är redan hanterat", en="The proposal has been dealt with", da="Forslaget er allerede behandlet"
    )


class MeasureLinked(Conflict):
    slug = "risk-measure-linked"
    title = Text(
        sv="Aktiviteten är redan en åtgärd mot risken",
        en="The activity is a measure against the risk already",
        da="Aktiviteten er allerede et tiltag mod risikoen",
    )


class ScoreInvalid(Invalid):
    """The score does not fit the project's matrix; `errors` names the field."""

    slug = "risk-score-invalid"
    title = Text(
        sv="Bedömningen passar inte projektets riskmatris",
        en="The score does not fit the project's risk matrix",
        da="Vurderingen passer ikke til projektets risikomatrix",
    )

    def __init__(self, field: str, detail: Text) -> None:
        super().__init__(errors=[FieldError(pointer=f"#/{field}", detail=detail, code="score")])


class MeasureElsewhere(Invalid):
    """The activity or the phase belongs to another project, or is not there."""

    slug = "risk-measure-elsewhere"
    title = Text(
        sv="Finns inte i riskens projekt", en="Is not in the risk's project", da="Findes ikke i risikoens projekt"
    )

    def __init__(self, field: str) -> None:
        super().__init__(errors=[FieldError(pointer=f"#/{field}", detail=self.title, code="unknown")])
