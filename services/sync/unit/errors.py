"""Why a unit cannot be changed."""

from shared.kit.problems import Conflict, Invalid
from shared.kit.text import Text


class OwnedByRegister(Conflict):
    """A register delivers this row; it is changed there, or the next delivery would take the change back."""

    slug = "owned-by-register"
    title = Text(sv="Ändras i registret", en="Changed in the register", da="Ændres i registeret")


class ParentUnknown(Invalid):
    slug = "parent-unknown"
    title = Text(sv="Överordnad enhet finns inte", en="The parent unit is unknown", da="Overordnet enhed er ukendt")


class UnitAbove(Invalid):
    """A unit cannot stand under itself, directly or through others."""

    slug = "unit-above-itself"
    title = Text(
        sv="Enheten skulle stå under sig själv", en="The unit would stand under itself", da="Enheden er under sig"
    )
