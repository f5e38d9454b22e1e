"""What can be wrong about links between activities."""

from collections.abc import Sequence
from typing import Any

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class DependencyNotFound(NotFound):
    slug = "dependency-not-found"
    title = Text(sv="Beroendet finns inte", en="No such dependency", da="Afhængigheden findes ikke")


class DependencyCircle(Conflict):
    """The rows would wait for each other; `path` names them once each, in the order in which they wait."""

    slug = "dependency-circle"
    title = Text(
        sv="Aktiviteterna skulle vänta på varandra",
        en="The activities would wait for each other",
        da="Aktiviteterne ville vente på hinanden",
    )

    def __init__(self, path: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
        way = " → ".join([*names, *names[:1]])
        super().__init__(
            Text(
                sv=f"{way}. Ta bort eller mjuka upp ett av beroendena på vägen",
                en=f"{way}. Remove one of the dependencies on the way, or make it soft",
                da=f"{way}. Fjern en af afhængighederne på vejen, eller gør den blød",
            ),
            path=list(path),
        )


class DependencyTaken(Conflict):
    slug = "dependency-exists"
    title = Text(
        sv="De två aktiviteterna har redan ett beroende av den typen",
        en="The two activities have a dependency of that type already",
        da="De to aktiviteter har allerede en afhængighed af den type",
    )


class ActivityOutside(Invalid):
    """An end of the link is no activity of the project."""

    slug = "dependency-activity-unknown"
    title = Text(
        sv="Aktiviteten finns inte i projektet",
        en="The project has no such activity",
        da="Projektet har ingen sådan aktivitet",
    )

    def __init__(self, pointers: Sequence[str]) -> None:
        super().__init__(errors=[FieldError(pointer=each, detail=self.title, code="unknown") for each in pointers])


class SameActivity(Invalid):
    slug = "dependency-on-itself"
    title = Text(
        sv="En aktivitet kan inte vänta på sig själv",
        en="An activity cannot wait for itself",
        da="En aktivitet kan ikke vente på sig selv",
    )

    def __init__(self, pointer: str = "#/successorId") -> None:
        super().__init__(errors=[FieldError(pointer=pointer, detail=self.title, code="itself")])
