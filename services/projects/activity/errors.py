"""What can be wrong about reaching or changing an activity."""

from collections.abc import Sequence
from uuid import UUID

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class ActivityNotFound(NotFound):
    slug = "activity-not-found"
    title = Text(sv="Aktiviteten finns inte", en="No such activity", da="Aktiviteten findes ikke")


class ActivityNotEnabled(Conflict):
    """The row belongs to an option that was not chosen: it is kept, but is no work."""

    slug = "activity-not-enabled"
    title = Text(
        sv="Aktiviteten gäller inte i detta projekt",
        en="The activity does not apply in this project",
        da="Aktiviteten gælder ikke i dette projekt",
    )


class ActivityRolledUp(Conflict):
    """The row is carried out per unit: its state follows its rows per unit and is not set by hand."""

    slug = "activity-rolled-up"
    title = Text(
        sv="Radens status räknas fram ur raderna per enhet",
        en="The row's state follows its rows per unit",
        da="Rækkens status følger rækkerne pr. enhed",
    )
    mend = Text(
        sv="Ändra status på raderna per enhet",
        en="Change the state of the rows per unit",
        da="Ret status på rækkerne pr. enhed",
    )


class ActivityAwaited(Conflict):
    """A gate that is not yet passed waits for the row, or for one of its rows per unit; `gates` names it."""

    slug = "activity-awaited-by-gate"
    title = Text(
        sv="En grind väntar på aktiviteten", en="A gate waits for the activity", da="En port venter på aktiviteten"
    )

    def __init__(self, gates: Sequence[tuple[UUID, str, Text]]) -> None:
        named = {lang: ", ".join(f"{key} ({text.pick(lang)})" for _, key, text in gates) for lang in ("sv", "en", "da")}
        super().__init__(
            Text(
                sv=f"Grinden {named['sv']} väntar på den; undanta kriteriet eller passera grinden först",
                en=f"Gate {named['en']} waits for it; waive the criterion or pass the gate first",
                da=f"Porten {named['da']} venter på den; undtag kriteriet eller passér porten først",
            ),
            gates=[{"gateId": str(gate_id), "key": key} for gate_id, key, _ in gates],
        )


class NotDividable(Conflict):
    """A row per unit is not carried out per unit once more."""

    slug = "activity-not-dividable"
    title = Text(
        sv="En rad per enhet delas inte upp igen",
        en="A row per unit is not divided again",
        da="En række pr. enhed opdeles ikke igen",
    )
