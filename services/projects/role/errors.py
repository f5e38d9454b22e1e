"""What can be wrong about roles and who holds them."""

from datetime import date

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class RoleUnknown(NotFound):
    slug = "project-role-not-found"
    title = Text(
        sv="Rollen finns inte i projektet", en="No such role in the project", da="Rollen findes ikke i projektet"
    )


class AssignmentNotFound(NotFound):
    slug = "role-assignment-not-found"
    title = Text(sv="Rolltilldelningen finns inte", en="No such role assignment", da="Rolletildelingen findes ikke")


class AlreadyHolds(Conflict):
    """The same account holds the same role at the same place in days that overlap."""

    slug = "role-already-held"
    title = Text(
        sv="Kontot har redan rollen under de dagarna",
        en="The account holds the role on those days already",
        da="Kontoen har allerede rollen på de dage",
    )
    mend = Text(
        sv="Ändra den befintliga tilldelningen, eller välj dagar efter dess slut",
        en="Change the assignment that is there, or choose days after its end",
    )


class RoleKeyTaken(Conflict):
    slug = "role-key-taken"
    title = Text(
        sv="Projektet har redan en roll med den nyckeln",
        en="The project has a role with this key already",
        da="Projektet har allerede en rolle med den nøgle",
    )


class DaysReversed(Invalid):
    """The last day lies before the first."""

    slug = "days-reversed"
    title = Text(
        sv="Slutdagen ligger före startdagen",
        en="The last day lies before the first",
        da="Slutdagen ligger før startdagen",
    )

    def __init__(self, pointer: str = "#/validTo") -> None:
        super().__init__(errors=[FieldError(pointer=pointer, detail=self.title, code="before_start")])


def demand_order(first: date, last: date | None, pointer: str = "#/validTo") -> None:
    """Raise DaysReversed where `last` is before `first`; an open end is fine."""
    if last is not None and last < first:
        raise DaysReversed(pointer)
