"""What can be wrong when a unit's readiness is asked for."""

from shared.kit.problems import NotFound
from shared.kit.text import Text


class UnitNotFound(NotFound):
    """Also for who may not know of the unit."""

    slug = "unit-not-found"
    title = Text(sv="Enheten finns inte", en="No such unit", da="Enheden findes ikke")
