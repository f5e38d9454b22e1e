"""What is told to a person who connects a device."""

from datetime import timedelta

from shared.kit.problems import TooManyRequests
from shared.kit.text import Text


class TooManyCodes(TooManyRequests):
    """The account has typed too many wrong codes."""

    slug = "too-many-codes"
    title = Text(
        sv="För många felaktiga koder",
        en="Too many wrong codes",
        da="For mange forkerte koder",
    )

    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            Text(
                sv="Vänta tio minuter och hämta en ny kod på enheten.",
                en="Wait ten minutes and get a new code on the device.",
                da="Vent ti minutter, og hent en ny kode på enheden.",
            ),
            headers={"Retry-After": str(int(wait.total_seconds()))},
        )
