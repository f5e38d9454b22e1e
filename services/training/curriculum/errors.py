"""What can be wrong with a curriculum."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class CurriculumKeyTaken(Conflict):
    slug = "curriculum-key-taken"
    title = Text(sv="Nyckeln är upptagen", en="The key is taken", da="Nøglen er optaget")
    mend = Text(
        sv="Ändra läroplanen som curriculumId nämner, eller välj en annan nyckel",
        en="Change the curriculum that curriculumId names, or choose another key",
        da="Ændr læseplanen, som curriculumId nævner, eller vælg en anden nøgle",
    )
