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


class PlanIsApproved(Conflict):
    """The customer approved the plan; dates, rows and options now change by a decided change request (X-AGREE)."""

    slug = "plan-is-approved"
    title = Text(
        sv="Planen är godkänd: gör en ändringsbegäran, eller be godkännaren lämna tillbaka planen",
        en="The plan is approved: make a change request, or ask the approver to return the plan",
        da="Planen er godkendt: lav en ændringsanmodning, eller bed godkenderen om at give planen tilbage",
    )
