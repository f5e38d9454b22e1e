"""What can be wrong with a roll."""

from shared.kit.problems import Invalid
from shared.kit.text import Text


class RollForged(Invalid):
    slug = "roll-forged"
    title = Text(
        sv="Listan är inte den som vi gav ut",
        en="The roll is not the one that we gave out",
        da="Listen er ikke den, vi udleverede",
    )
    mend = Text(
        sv="Hämta en ny lista och skicka markeringarna med den",
        en="Fetch a new roll and send the marks with it",
        da="Hent en ny liste, og send markeringerne med den",
    )
