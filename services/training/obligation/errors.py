"""What can be wrong with an obligation."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class CascadeKnown(Conflict):
    slug = "cascade-known"
    title = Text(sv="Regeln finns redan", en="There is such a rule", da="Reglen findes allerede")
    mend = Text(
        sv="Ändra regeln som cascadeId nämner",
        en="Change the rule that cascadeId names",
        da="Ret den regel, som cascadeId nævner",
    )


class ObligationOver(Conflict):
    slug = "obligation-over"
    title = Text(sv="Åtagandet är avslutat", en="The obligation has ended", da="Forpligtelsen er afsluttet")
    mend = Text(
        sv="Någon annan på enheten har åtagandet, eller ingen",
        en="Somebody else at the unit has the obligation, or nobody",
        da="En anden på enheden har forpligtelsen, eller ingen",
    )
