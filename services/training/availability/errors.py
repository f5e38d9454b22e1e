"""What can be wrong with availabilities and caps."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class CapExists(Conflict):
    slug = "absence-cap-exists"
    title = Text(sv="Enheten har redan ett tak", en="The unit has a cap already", da="Enheden har allerede et loft")
    mend = Text(
        sv="Ändra taket som absenceCapId nämner",
        en="Change the cap that absenceCapId names",
        da="Ændr loftet, som absenceCapId nævner",
    )
