"""What can go wrong with a notice."""

from shared.kit.problems import Problem
from shared.kit.text import Text


class NoticeUnknown(Problem):
    """Nobody subscribes under this address, or the token does not belong to it."""

    status = 404
    slug = "notice-unknown"
    title = Text(
        sv="Adressen tar inte emot aviseringar",
        en="The address takes no notices",
        da="Adressen modtager ingen beskeder",
    )
