"""What can be wrong with a course."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class CourseKeyTaken(Conflict):
    slug = "course-key-taken"
    title = Text(sv="Nyckeln är upptagen", en="The key is taken", da="Nøglen er optaget")


class CourseArchived(Conflict):
    slug = "course-archived"
    title = Text(sv="Kursen är arkiverad", en="The course is archived", da="Kurset er arkiveret")
    mend = Text(
        sv="Öppna kursen igen eller välj en annan",
        en="Reopen the course or choose another",
        da="Åbn kurset igen, eller vælg et andet",
    )
