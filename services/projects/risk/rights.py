"""Who may change a risk: the customer's leaders, and its owner how far it has come."""

from collections.abc import Collection

from services.projects.project.rights import NO_SIDE, SCOPE_MISSING, refusal_to_decide, refusal_to_lead
from services.projects.risk.models import Risk
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit.text import Text

MOVES = frozenset({"state"})
"""What the owner of a risk may change, whatever role."""


def refusal_to_manage(caller: Principal) -> Text | None:
    """Why the caller may not add, assess or change risks and matrices; None when they may."""
    return refusal_to_lead(caller, Scope.risks_write)


def refusal_to_edit(caller: Principal, risk: Risk, fields: Collection[str]) -> Text | None:
    if Scope.risks_write in caller.scopes and risk.owner_id == caller.subject and MOVES.issuperset(fields):
        return None
    return refusal_to_manage(caller)


def refusal_to_accept(caller: Principal) -> Text | None:
    """Living with a risk is the customer's decision."""
    return refusal_to_decide(caller, Scope.risks_write)


def refusal_to_propose(caller: Principal) -> Text | None:
    """Every side may say what could go wrong."""
    if Scope.risks_write not in caller.scopes:
        return SCOPE_MISSING
    return NO_SIDE if caller.side is None else None
