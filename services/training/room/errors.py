"""What can be wrong with a room."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class RoomNameTaken(Conflict):
    slug = "room-name-taken"
    title = Text(sv="Salen finns redan", en="There is such a room", da="Lokalet findes allerede")
    mend = Text(
        sv="Använd salen som roomId nämner, eller ett annat namn",
        en="Use the room that roomId names, or another name",
        da="Brug lokalet, som roomId nævner, eller et andet navn",
    )
