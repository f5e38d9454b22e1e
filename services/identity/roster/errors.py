"""What can be wrong with what somebody says of the roster."""

from shared.kit.problems import Invalid
from shared.kit.text import Text


class UnitUnknown(Invalid):
    slug = "unit-unknown"
    title = Text(
        sv="Enheten finns inte i registret", en="The roster has no such unit", da="Enheden findes ikke i registeret"
    )
