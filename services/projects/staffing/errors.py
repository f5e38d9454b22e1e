"""What can be wrong about giving somebody a role."""

from shared.kit.problems import Conflict, FieldError, Invalid
from shared.kit.text import Text


class UnitNeeded(Invalid):
    """The role is held at a unit."""

    slug = "role-needs-unit"
    title = Text(
        sv="Rollen innehas på en enhet; ange unitId",
        en="The role is held at a unit; give unitId",
        da="Rollen varetages på en enhed; angiv unitId",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/unitId", detail=self.title, code="missing")])


class DecisionOpen(Conflict):
    """An assignment refers to a decision that nobody has taken."""

    slug = "assignment-decision-open"
    title = Text(
        sv="Beslutet som uppdraget vilar på är inte fattat",
        en="The decision that the assignment rests on is not taken",
        da="Beslutningen, som opgaven hviler på, er ikke truffet",
    )
    mend = Text(
        sv="Fatta beslutet först, eller ge uppdraget utan decisionId; det räknas då inte förrän beslutet finns",
        en="Take the decision first, or assign without decisionId; it does not count until the decision is there",
    )
