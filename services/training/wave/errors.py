"""What can be wrong with a wave."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class WaveNameTaken(Conflict):
    slug = "wave-name-taken"
    title = Text(sv="Vågen finns redan", en="There is such a wave", da="Bølgen findes allerede")


class UnitInOtherWave(Conflict):
    slug = "unit-in-other-wave"
    title = Text(sv="En enhet är med i en annan våg", en="A unit is in another wave", da="En enhed er i en anden bølge")
    mend = Text(
        sv="Ta först bort enheterna som unitIds nämner ur sin våg",
        en="Take the units that unitIds names out of their wave first",
        da="Fjern først enhederne, som unitIds nævner, fra deres bølge",
    )
