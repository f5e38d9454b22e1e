"""Why a page cannot be given."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class ExportReplaced(Conflict):
    """A newer export was compared while the pages of this one were read: begin anew."""

    slug = "export-replaced"
    title = Text(
        sv="En nyare export har ersatt den som lästes",
        en="A newer export has taken the place of the one that was read",
        da="En nyere eksport har erstattet den, der blev læst",
    )
