"""Why the feed cannot be read."""

from shared.kit.problems import Invalid
from shared.kit.text import Text


class CursorUnknown(Invalid):
    """The cursor is not one that a page ended with."""

    slug = "cursor-unknown"
    title = Text(sv="Okänd markör", en="Unknown cursor", da="Ukendt markør")
