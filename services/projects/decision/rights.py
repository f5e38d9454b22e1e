"""Who may say that a unit uses a function: the customer's leaders, and the head of that unit."""

from uuid import UUID

from services.projects.project.rights import LEADERS, ONLY_CUSTOMER, SCOPE_MISSING
from shared.auth.principal import Principal
from shared.auth.roles import Role, Side
from shared.auth.scopes import Scope
from shared.kit.text import Text

NOT_YOUR_UNIT = Text(
    sv="Bara enhetens chef och projektets ledning får säga vad enheten använder",
    en="Only the head of the unit and the project's leaders may say what the unit uses",
)


def refusal_to_mark_usage(caller: Principal, unit_id: UUID) -> Text | None:
    """Why the caller may not mark the use of functions at this unit; None when they may."""
    if Scope.decisions_write not in caller.scopes:
        return SCOPE_MISSING
    if caller.side is not Side.customer:
        return ONLY_CUSTOMER
    units = caller.units_for(Role.unit_head)
    heads = units is None or unit_id in units
    return None if heads or caller.holds_everywhere(*LEADERS) else NOT_YOUR_UNIT
