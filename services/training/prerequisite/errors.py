"""What prerequisites and audiences refuse."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class PrerequisiteCycle(Conflict):
    slug = "prerequisite-cycle"
    title = Text(
        sv="Kurserna skulle förutsätta varandra",
        en="The courses would require each other",
        da="Kurserne ville forudsætte hinanden",
    )


class PrerequisiteKnown(Conflict):
    slug = "prerequisite-known"
    title = Text(sv="Förkunskapen finns redan", en="There is such a prerequisite", da="Forudsætningen findes")


class PrerequisiteMissing(Conflict):
    slug = "prerequisite-missing"
    title = Text(sv="Förkunskap saknas", en="A prerequisite is missing", da="En forudsætning mangler")
    mend = Text(
        sv="Genomför kurserna som courseIds nämner först",
        en="Complete the courses that courseIds names first",
        da="Gennemfør først kurserne, som courseIds nævner",
    )


class NotInAudience(Conflict):
    slug = "not-in-audience"
    title = Text(
        sv="Kursen är bara för dem som behöver den",
        en="The course is only for those who need it",
        da="Kurset er kun for dem, der har brug for det",
    )
