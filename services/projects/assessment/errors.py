"""What can be wrong about a matrix and its assessments."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class MatrixNotFound(NotFound):
    slug = "assessment-matrix-not-found"
    title = Text(sv="Matrisen finns inte", en="No such matrix", da="Matricen findes ikke")


class MatrixAssessmentNotFound(NotFound):
    slug = "matrix-assessment-not-found"
    title = Text(sv="Skattningen finns inte", en="No such assessment")


class MatrixKeyTaken(Conflict):
    slug = "assessment-matrix-key-taken"
    title = Text(
        sv="Projektet har redan en matris med den nyckeln", en="The project has a matrix with this key already"
    )


class AssessmentExists(Conflict):
    """`assessmentId` is the unit's assessment of that period: change it instead."""

    slug = "matrix-assessment-exists"
    title = Text(sv="Enheten har redan skattat sig för perioden", en="The unit has assessed itself for the period")


class MatrixInUse(Conflict):
    slug = "assessment-matrix-in-use"
    title = Text(
        sv="Områden och nivåer som någon har skattat kan inte tas bort",
        en="Areas and levels that somebody has used cannot be removed",
    )


class CellsInvalid(Invalid):
    slug = "matrix-cells-invalid"
    title = Text(sv="Matrisen har inte det området eller den nivån", en="The matrix has no such area or level")

    def __init__(self, areas: list[str]) -> None:
        errors = [FieldError(pointer=f"#/cells/{area}", detail=self.title, code="unknown") for area in areas]
        super().__init__(errors=errors)
