"""What can stand in the way of routing content and of running a transfer."""

from collections.abc import Sequence
from uuid import UUID

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class FlowNotFound(NotFound):
    slug = "migration-flow-not-found"
    title = Text(sv="Kategorin finns inte", en="No such category", da="Kategorien findes ikke")


class DestinationNotFound(NotFound):
    slug = "transfer-destination-not-found"
    title = Text(sv="Målet finns inte", en="No such destination", da="Målet findes ikke")


class RunNotFound(NotFound):
    slug = "migration-run-not-found"
    title = Text(sv="Körningen finns inte", en="No such run", da="Kørslen findes ikke")


class DestinationKeyTaken(Conflict):
    slug = "transfer-destination-key-taken"
    title = Text(
        sv="Projektet har redan ett mål med den nyckeln",
        en="The project has a destination with this key already",
        da="Projektet har allerede et mål med den nøgle",
    )


class DispositionInvalid(Invalid):
    """A routed category has a destination of its project; a deleted one has none."""

    slug = "migration-disposition-invalid"
    title = Text(
        sv="Ange ett av projektets mål för det som flyttas, inget för det som gallras",
        en="Give one of the project's destinations for what moves, none for what is deleted",
        da="Angiv et af projektets mål for det, der flyttes, intet for det, der slettes",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/destinationId", detail=self.title, code="disposition")])


class RoutingIncomplete(Conflict):
    """Categories are undecided or may not go where they are sent; `flows` names them."""

    slug = "transfer-routing-incomplete"
    title = Text(
        sv="Det är inte beslutat vart allt innehåll tar vägen",
        en="It is not decided where all content goes",
        da="Det er ikke besluttet, hvor alt indhold skal hen",
    )
    mend = Text(
        sv="Välj mål eller gallring för varje kategori som pekas ut",
        en="Choose a destination or deletion for each category that is named",
        da="Vælg mål eller sletning for hver nævnt kategori",
    )

    def __init__(self, flows: Sequence[tuple[UUID, Text]]) -> None:
        super().__init__(
            errors=[FieldError(pointer=f"flow:{flow_id}", detail=text, code="not_routed") for flow_id, text in flows],
            flows=[str(flow_id) for flow_id, _ in flows],
        )


class RunClosed(Conflict):
    slug = "migration-run-closed"
    title = Text(sv="Körningen är avslutad", en="The run is over", da="Kørslen er afsluttet")


class UnitsUnchecked(Conflict):
    """A live run is done only when each of its units has found its content in order; `units` names the rest."""

    slug = "migration-units-unchecked"
    title = Text(
        sv="Alla enheter har inte kontrollerat sitt innehåll",
        en="Not all units have checked their content",
        da="Ikke alle enheder har kontrolleret deres indhold",
    )

    def __init__(self, units: Sequence[UUID]) -> None:
        super().__init__(units=[str(unit) for unit in units])


class UnitUnknown(Invalid):
    slug = "migration-unit-unknown"
    title = Text(sv="Ange enheter som finns här", en="Give units that exist here", da="Angiv enheder, der findes her")

    def __init__(self, pointer: str) -> None:
        super().__init__(errors=[FieldError(pointer=pointer, detail=self.title, code="unknown")])
