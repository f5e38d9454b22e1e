"""Who may read and publish templates.

Everybody with the scope reads the open ones. A restricted template carries a method that its source wants kept: only
those who lead, approve, administer or audit see it, and never a programme body, which stands outside the authority.
"""

from typing import Annotated

from services.projects.template.definition import Template
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role, Side
from shared.auth.scopes import Scope
from shared.kit.text import Text
from shared.web.actions import NO_ROLE, NO_SCOPE

PUBLISHERS = (Role.project_leader, Role.tenant_admin)
INSIDERS = (Role.project_leader, Role.approver, Role.tenant_admin, Role.auditor)
OWN_SIDE = Text(sv="Bara kundens sida får publicera mallar", en="Only the customer's side may publish templates")

TemplatesRead = Annotated[Principal, requires(Scope.templates_read)]
TemplatesWrite = Annotated[Principal, requires(Scope.templates_write, PUBLISHERS)]


def may_see(caller: Principal, template: Template) -> bool:
    """Whether the template exists for this caller."""
    if template.visibility == "open":
        return True
    return caller.side is not Side.programme and caller.has_any_role(*INSIDERS)


def refusal_to_publish(caller: Principal) -> Text | None:
    """Why the caller may not publish a template for the authority; None when they may."""
    if Scope.templates_write not in caller.scopes:
        return NO_SCOPE
    if not caller.holds_everywhere(*PUBLISHERS):
        return NO_ROLE
    return None if caller.side is Side.customer else OWN_SIDE
