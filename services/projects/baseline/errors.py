"""What can be wrong about naming a baseline."""

from shared.kit.problems import FieldError, Invalid, NotFound
from shared.kit.text import Text


class BaselineNotFound(NotFound):
    slug = "baseline-not-found"
    title = Text(sv="Baslinjen finns inte", en="No such baseline", da="Basislinjen findes ikke")


class OtherProject(Invalid):
    """Two plans of different projects have nothing to compare."""

    slug = "baseline-of-another-project"
    title = Text(
        sv="Baslinjen hör till ett annat projekt",
        en="The baseline belongs to another project",
        da="Basislinjen hører til et andet projekt",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="query:to", detail=self.title, code="other_project")])
