"""Who may define, answer and see what of the quality work; the same sentences refuse and explain.

Leaders of the customer define. Heads answer for their own units. The supplier reads what is shared, never free texts.
"""

from uuid import UUID

from services.projects.project.rights import LEADERS, ONLY_CUSTOMER, SCOPE_MISSING, refusal_to_lead
from shared.auth.principal import Principal
from shared.auth.roles import Role, Side
from shared.auth.scopes import Scope
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction

NOT_YOUR_UNIT = Text(
    sv="Kräver att du leder enheten, eller rollen projektledare eller godkännare för hela huvudmannen",
    en="Needs that you head the unit, or the role project leader or approver for the whole authority",
)
WRITERS = (*LEADERS, Role.unit_head)
_SEE_ALL = (Role.tenant_admin, Role.project_leader, Role.approver, Role.auditor)


def refusal_to_answer(caller: Principal, scope: Scope, unit_id: UUID | None) -> Text | None:
    """Why the caller may not answer for this unit (None is the whole project); None when they may."""
    if scope not in caller.scopes:
        return SCOPE_MISSING
    if caller.side is not Side.customer:
        return ONLY_CUSTOMER
    if caller.holds_everywhere(*LEADERS):
        return None
    heads = caller.units_for(Role.unit_head)
    if unit_id is not None and (heads is None or unit_id in heads):
        return None
    return NOT_YOUR_UNIT


def refusal_to_move(caller: Principal, scope: Scope, owner_id: UUID | None) -> Text | None:
    """Why the caller may not move the state and notes of a row: its owner always may."""
    if owner_id is not None and owner_id == caller.subject and scope in caller.scopes:
        return None
    return refusal_to_lead(caller, scope)


def units_whose_texts(caller: Principal) -> frozenset[UUID] | None:
    """The units for which the caller may read what people wrote; None is all, and what is for no unit."""
    if caller.side is not Side.customer:
        return frozenset()
    return None if caller.holds_everywhere(*_SEE_ALL) else caller.units_for(Role.unit_head)


def reads_texts(caller: Principal, unit_id: UUID | None) -> bool:
    """Whether the caller may read what people wrote for this unit (None: for no unit in particular)."""
    units = units_whose_texts(caller)
    return units is None or (unit_id is not None and unit_id in units)


def action(name: str, method: str, path: str, refusal: Text | None, lang: Lang) -> AllowedAction:
    """An allowed action, or the reason why it is not; `path` is below /projects/v1."""
    reason = refusal and refusal.pick(lang)
    href = f"/projects/v1{path}"
    return AllowedAction.model_validate(
        {"action": name, "method": method, "href": href, "allowed": refusal is None, "reason": reason}
    )
