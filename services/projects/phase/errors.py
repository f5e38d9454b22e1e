"""What can be wrong about phases and tracks."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class PhaseNotFound(NotFound):
    slug = "phase-not-found"
    title = Text(sv="Fasen finns inte", en="No such phase", da="Fasen findes ikke")


class TrackNotFound(NotFound):
    slug = "track-not-found"
    title = Text(sv="Delprojektet finns inte", en="No such track", da="Delprojektet findes ikke")


class KeyTaken(Conflict):
    """Another phase or track of the project has this key."""

    slug = "plan-key-taken"
    title = Text(sv="Nyckeln är redan använd i projektet", en="The key is taken", da="Nøglen er allerede brugt")


class RowsRemain(Conflict):
    """Activities or gates still belong to it; `activities` and `gates` count them."""

    slug = "plan-rows-remain"
    title = Text(sv="Det finns rader kvar", en="Rows remain", da="Der er rækker tilbage")

    def __init__(self, activities: int, gates: int = 0) -> None:
        super().__init__(
            Text(
                sv=f"{activities} aktiviteter och {gates} grindar hör hit; flytta eller ta bort dem först",
                en=f"{activities} activities and {gates} gates belong here; move or remove them first",
                da=f"{activities} aktiviteter og {gates} porte hører til her; flyt eller fjern dem først",
            ),
            activities=activities,
            gates=gates,
        )


WEEKS_BACKWARDS = Text(
    sv="Minsta antalet veckor får inte överstiga det största",
    en="The fewest weeks must not exceed the most",
    da="Det mindste antal uger må ikke overstige det største",
)


class WeeksBackwards(Invalid):
    """The fewest nominal weeks are more than the most."""

    def __init__(self) -> None:
        error = FieldError(pointer="#/nominalWeeksMin", detail=WEEKS_BACKWARDS, code="backwards")
        super().__init__(WEEKS_BACKWARDS, errors=[error])
