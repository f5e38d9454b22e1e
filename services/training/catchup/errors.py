"""What can be wrong with catch-up."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class CatchUpOver(Conflict):
    slug = "catch-up-over"
    title = Text(
        sv="Förslaget är redan avgjort", en="The proposal is decided already", da="Forslaget er allerede afgjort"
    )


class NobodyWaits(Conflict):
    slug = "nobody-waits"
    title = Text(
        sv="Ingen behöver uppsamlingen längre",
        en="Nobody needs the catch-up any more",
        da="Ingen har længere brug for opsamlingen",
    )
    mend = Text(sv="Avfärda förslaget", en="Dismiss the proposal", da="Afvis forslaget")
