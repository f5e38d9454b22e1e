"""What can stand in the way of computing or moving a plan."""

from collections.abc import Sequence

from shared.kit.problems import Conflict, FieldError, Invalid
from shared.kit.text import Text


class PlanTooLong(Invalid):
    slug = "plan-beyond-calendar"
    title = Text(
        sv="Planen når utanför kalendern, som går från 1990 till 2150",
        en="The plan reaches beyond the calendar, which runs from 1990 to 2150",
        da="Planen rækker ud over kalenderen, som går fra 1990 til 2150",
    )


class ChangeRefused(Invalid):
    """Parts of a simulation that cannot be; `errors` name each place."""

    slug = "schedule-change-invalid"
    title = Text(
        sv="Ändringen går inte att räkna på",
        en="The change cannot be computed",
        da="Ændringen kan ikke beregnes",
    )

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=errors)


class RowChangedMeanwhile(Conflict):
    """A row was changed between reading and moving it; nothing was moved."""

    slug = "activity-changed-meanwhile"
    title = Text(
        sv="En aktivitet ändrades samtidigt; inget flyttades. Försök igen",
        en="An activity was changed meanwhile; nothing was moved. Try again",
        da="En aktivitet blev ændret imens; intet blev flyttet. Prøv igen",
    )


NOT_IN_PLAN = Text(
    sv="Aktiviteten finns inte i projektet",
    en="The project has no such activity",
    da="Projektet har ingen sådan aktivitet",
)
MOVED_TWICE = Text(
    sv="Aktiviteten flyttas redan", en="The activity is moved already", da="Aktiviteten flyttes allerede"
)
IS_DONE = Text(
    sv="Aktiviteten är klar eller avbruten och flyttas inte",
    en="The activity is done or cancelled and is not moved",
    da="Aktiviteten er færdig eller afbrudt og flyttes ikke",
)
IS_PINNED = Text(
    sv="Aktiviteten är låst; ange isPinned false för att flytta den",
    en="The activity is pinned; give isPinned false to move it",
    da="Aktiviteten er låst; angiv isPinned false for at flytte den",
)
OPTION_UNKNOWN = Text(
    sv="Projektet har inget sådant val av sant eller falskt",
    en="The project has no such option of true or false",
    da="Projektet har intet sådant valg af sandt eller falsk",
)
LINK_UNKNOWN = Text(
    sv="Projektet har inget sådant beroende",
    en="The project has no such dependency",
    da="Projektet har ingen sådan afhængighed",
)
EXCEPTION_UNKNOWN = Text(
    sv="Huvudmannen har inget sådant undantag",
    en="The authority has no such exception",
    da="Myndigheden har ingen sådan undtagelse",
)
