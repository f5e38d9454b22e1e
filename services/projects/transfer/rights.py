"""Where content goes is the customer's decision; both sides run transfers; each unit's head checks its own content."""

from uuid import UUID

from services.projects.plan.vocabulary import PartySide
from services.projects.project.rights import SCOPE_MISSING, refusal_to_change_row, refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.roles import Role, Side
from shared.auth.scopes import Scope
from shared.kit.text import Text


def refusal_to_route(caller: Principal) -> Text | None:
    return refusal_to_lead(caller, Scope.migrations_write)


def refusal_to_run(caller: Principal) -> Text | None:
    return refusal_to_change_row(caller, PartySide.joint, Scope.migrations_write)


def refusal_to_check(caller: Principal, unit_id: UUID) -> Text | None:
    """Why the caller may not say that a unit's content arrived well."""
    if Scope.migrations_write not in caller.scopes:
        return SCOPE_MISSING
    headed = caller.units_for(Role.unit_head)
    if caller.side is Side.customer and (headed is None or unit_id in headed):
        return None
    return refusal_to_route(caller)
