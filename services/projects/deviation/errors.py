"""What can be wrong about a deviation."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class DeviationNotFound(NotFound):
    slug = "deviation-not-found"
    title = Text(sv="Avvikelsen finns inte", en="No such deviation", da="Afvigelsen findes ikke")


class DeviationClosed(Conflict):
    slug = "deviation-closed"
    title = Text(sv="Avvikelsen är avslutad", en="The deviation is closed")


class DeviationNotDone(Conflict):
    """A deviation closes with its root cause and a check that the correction helped (MIT-V); `missing` names them."""

    slug = "deviation-not-done"
    title = Text(sv="Avvikelsen kan inte avslutas än", en="The deviation cannot be closed yet")

    def __init__(self, missing: list[str]) -> None:
        words = {"cause": ("grundorsak", "root cause"), "effect_check": ("kontroll av effekten", "effect check")}
        sv = " och ".join(words[one][0] for one in missing)
        en = " and ".join(words[one][1] for one in missing)
        super().__init__(Text(sv=f"Det saknas: {sv}", en=f"Missing: {en}"), missing=missing)


class CauseUnknown(Invalid):
    slug = "deviation-cause-unknown"
    title = Text(sv="Projektet har ingen sådan orsak", en="The project has no such cause")

    def __init__(self, known: list[str]) -> None:
        super().__init__(errors=[FieldError(pointer="#/causeKey", detail=self.title, code="unknown")], known=known)
