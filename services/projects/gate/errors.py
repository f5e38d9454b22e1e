"""What can stand in the way of a decision about a gate."""

from collections.abc import Sequence
from typing import Any

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class GateNotFound(NotFound):
    slug = "gate-not-found"
    title = Text(sv="Grinden finns inte", en="No such gate", da="Porten findes ikke")


class CriterionUnknown(Invalid):
    """The gate exists, but has no such criterion."""

    slug = "gate-criterion-unknown"
    title = Text(
        sv="Grinden har inget sådant kriterium",
        en="The gate has no such criterion",
        da="Porten har intet sådant kriterium",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/criterionId", detail=self.title, code="unknown")])


class GateBlocked(Conflict):
    """Mandatory criteria are unmet, unknown or stale; `errors` and `blocking` name each of them."""

    slug = "gate-blocked"
    title = Text(
        sv="Grinden är inte klar att passera", en="The gate cannot be passed yet", da="Porten kan ikke passeres endnu"
    )

    def __init__(self, blocking: Sequence[dict[str, Any]], reasons: Sequence[tuple[str, Text]]) -> None:
        count = len(blocking)
        super().__init__(
            Text(
                sv=f"{count} obligatoriska kriterier är inte uppfyllda",
                en=f"{count} mandatory criteria are not met",
                da=f"{count} obligatoriske kriterier er ikke opfyldt",
            ),
            errors=[FieldError(pointer=f"criterion:{key}", detail=text, code="not_met") for key, text in reasons],
            blocking=list(blocking),
        )


class GateClosed(Conflict):
    """What has been passed stays as it was decided."""

    slug = "gate-already-passed"
    title = Text(
        sv="Grinden är redan passerad", en="The gate has been passed already", da="Porten er allerede passeret"
    )


class NothingToWaive(Conflict):
    slug = "nothing-to-waive"
    title = Text(
        sv="Kriteriet är uppfyllt eller redan undantaget",
        en="The criterion is met or waived already",
        da="Kriteriet er opfyldt eller allerede undtaget",
    )


class NotAttestable(Conflict):
    """Only what no service can observe is attested; signals cannot be set by hand."""

    slug = "not-attestable"
    title = Text(
        sv="Kriteriet avgörs av fakta och kan inte intygas",
        en="The criterion is decided by facts and cannot be attested",
        da="Kriteriet afgøres af fakta og kan ikke attesteres",
    )


class AlreadyAttested(Conflict):
    slug = "already-attested"
    title = Text(
        sv="Kriteriet är redan intygat", en="The criterion has been attested", da="Kriteriet er allerede attesteret"
    )
