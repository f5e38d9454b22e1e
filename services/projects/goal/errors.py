"""What can be wrong about goals, indicators and measurements."""

from typing import Any

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class GoalNotFound(NotFound):
    slug = "goal-not-found"
    title = Text(sv="Målet finns inte", en="No such goal", da="Målet findes ikke")


class IndicatorNotFound(NotFound):
    slug = "indicator-not-found"
    title = Text(sv="Indikatorn finns inte", en="No such indicator", da="Indikatoren findes ikke")


class MeasurementNotFound(NotFound):
    slug = "measurement-not-found"
    title = Text(sv="Mätningen finns inte", en="No such measurement", da="Målingen findes ikke")


class LinkInvalid(Invalid):
    """Only a project goal links to goals, and only to effect goals of the same project (IM-G)."""

    slug = "goal-link-invalid"
    title = Text(
        sv="Bara ett projektmål kan länka, och bara till effektmål i samma projekt",
        en="Only a project goal can link, and only to effect goals of the same project",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/effectGoalIds", detail=self.title, code="goal_kind")])


class NobodyToInform(Conflict):
    """A goal that cannot be reached is told to somebody: the goal must name the role first (IM-G)."""

    slug = "goal-nobody-to-inform"
    title = Text(
        sv="Ange först vilken roll som ska få veta att målet inte kan nås (informRole)",
        en="First name the role that is told when the goal cannot be reached (informRole)",
    )


class MeasurementConflict(Conflict):
    """Base of what stands in the way of a measurement; `measurementId` is the one it conflicts with."""

    def __init__(self, measurement: Any, detail: Text | None = None) -> None:
        period = {"start": measurement.period_start.isoformat(), "end": measurement.period_end.isoformat()}
        super().__init__(detail, measurementId=str(measurement.id), period=period)


class BaselineExists(MeasurementConflict):
    slug = "baseline-exists"
    title = Text(
        sv="Indikatorn har redan ett nollvärde här; ändra det i stället",
        en="The indicator has a baseline here already; change that one instead",
    )


class BaselineNotFirst(MeasurementConflict):
    slug = "baseline-not-first"
    title = Text(
        sv="Nollmätningen måste vara avslutad innan den första uppföljningen börjar",
        en="The baseline must be over before the first actual begins",
    )


class MeasurementExists(MeasurementConflict):
    slug = "measurement-exists"
    title = Text(
        sv="Det finns redan ett värde av samma slag för perioden; ändra det i stället",
        en="There is a value of this kind for the period already; change that one instead",
    )


class PeopleCountMissing(Invalid):
    """The indicator is about people: without their number nobody knows whether the value may be shown."""

    slug = "people-count-missing"
    title = Text(
        sv="Ange n, hur många personer värdet gäller", en="Give n, the number of people that the value is about"
    )

    def __init__(self, pointer: str = "#/n") -> None:
        super().__init__(errors=[FieldError(pointer=pointer, detail=self.title, code="missing")])


class ScopeWrong(Invalid):
    """A value for a unit, of an indicator that is measured for the project as a whole."""

    slug = "indicator-scope"
    title = Text(
        sv="Indikatorn mäts för hela projektet, inte per enhet",
        en="The indicator is measured for the whole project, not per unit",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/unitId", detail=self.title, code="scope")])
