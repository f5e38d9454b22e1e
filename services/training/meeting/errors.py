"""What can be wrong with a meeting."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class RoomBusy(Conflict):
    slug = "room-busy"
    title = Text(sv="Salen är upptagen", en="The room is taken", da="Lokalet er optaget")
    mend = Text(
        sv="Välj en annan sal eller tid; sessionId nämner tillfället som är där",
        en="Choose another room or time; sessionId names the session that is there",
        da="Vælg et andet lokale eller tidspunkt; sessionId nævner sessionen, der er der",
    )


class TrainerBusy(Conflict):
    slug = "trainer-busy"
    title = Text(sv="Utbildaren är upptagen", en="The trainer is taken", da="Underviseren er optaget")
    mend = Text(
        sv="Välj en annan utbildare eller tid; sessionId nämner tillfället som krockar",
        en="Choose another trainer or time; sessionId names the session that clashes",
        da="Vælg en anden underviser eller et andet tidspunkt; sessionId nævner sessionen, der kolliderer",
    )
