"""What the quality work's requests get wrong alike."""

from collections.abc import Iterable
from uuid import UUID

from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text

_UNKNOWN = Text(sv="Enheten finns inte hos huvudmannen", en="The authority has no such unit")


class UnitsUnknown(Invalid):
    """Units that the authority's roster does not have; each is named."""

    slug = "units-unknown"
    title = Text(sv="Okända enheter", en="Unknown units", da="Ukendte enheder")

    def __init__(self, unknown: Iterable[UUID], pointer: str = "#/unitIds") -> None:
        super().__init__(
            _UNKNOWN,
            errors=[FieldError(pointer=pointer, detail=_UNKNOWN, code="unknown")],
            units=[str(unit) for unit in unknown],
        )


class RowUnknown(Invalid):
    """The body names something that this project does not have."""

    slug = "reference-unknown"
    title = Text(sv="Projektet har ingen sådan rad", en="The project has no such row")

    def __init__(self, pointer: str) -> None:
        super().__init__(errors=[FieldError(pointer=pointer, detail=self.title, code="unknown")])
