"""What can be wrong about reaching or changing a project."""

from shared.kit.problems import Conflict, Forbidden, NotFound
from shared.kit.text import Text


class ProjectNotFound(NotFound):
    slug = "project-not-found"
    title = Text(sv="Projektet finns inte", en="No such project", da="Projektet findes ikke")


class NotYours(Forbidden):
    """The caller's side or role does not allow this change; `detail` says why."""

    slug = "not-yours-to-change"
    title = Text(
        sv="Din sida eller roll får inte göra detta",
        en="Your side or role may not do this",
        da="Din side eller rolle må ikke gøre dette",
    )


class ProjectClosed(Conflict):
    slug = "project-closed"
    title = Text(sv="Projektet är avslutat", en="The project is closed", da="Projektet er afsluttet")
