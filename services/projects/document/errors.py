"""What can be wrong with documents and reports."""

from shared.kit.problems import FieldError, Invalid, NotFound
from shared.kit.text import Text


class StatusReportNotFound(NotFound):
    slug = "status-report-not-found"
    title = Text(sv="Lägesrapporten finns inte", en="No such status report", da="Statusrapporten findes ikke")


class ReasonMissing(Invalid):
    """Another colour than the facts speak for needs a reason."""

    slug = "status-reason-missing"
    title = Text(
        sv="Ange varför färgen avviker från den som fakta talar för",
        en="Say why the colour differs from the one that the facts speak for",
        da="Angiv, hvorfor farven afviger fra den, som fakta taler for",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/reason", detail=self.title, code="missing")])
