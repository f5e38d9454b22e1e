"""Who may change what in a plan, in one place: the same sentence refuses a change and explains a missing action.

Suppliers act as guests in the customer's tenant: they change their own and joint rows, and never pass a gate
(requirements 9.14). The plan itself is the customer's, who may change every row. It belongs to no single unit: roles
count only where they hold for the whole authority.
"""

from services.projects.plan.vocabulary import PartySide
from services.projects.project.errors import NotYours
from shared.auth.assurance import is_program
from shared.auth.principal import Principal
from shared.auth.roles import Role, Side
from shared.auth.scopes import Scope
from shared.kit.text import Text

READERS = (
    Role.tenant_admin,
    Role.project_leader,
    Role.approver,
    Role.unit_head,
    Role.register_admin,
    Role.trainer,
    Role.auditor,
)
LEADERS = (Role.project_leader, Role.approver)

SCOPE_MISSING = Text(sv="Klienten saknar den omfattning som krävs", en="The client lacks the scope that is required")
ROLE_MISSING = Text(
    sv="Kräver rollen projektledare eller godkännare för hela huvudmannen",
    en="Needs the role project leader or approver for the whole authority",
)
ONLY_CUSTOMER = Text(sv="Bara kundens sida får göra detta", en="Only the customer's side may do this")
NOT_APPROVER = Text(
    sv="Kräver rollen godkännare för hela huvudmannen", en="Needs the role approver for the whole authority"
)
OTHER_SIDES_ROW = Text(
    sv="Raden tillhör en annan part; din sida får ändra sina egna och gemensamma rader",
    en="The row belongs to another party; your side may change its own and joint rows",
)
NOT_IN_THIS_STATE = Text(
    sv="Planen är inte i ett läge där det kan göras", en="The plan is not in a state where this can be done"
)
NOT_A_PROGRAM = Text(sv="Beslut fattas av människor, inte av skript", en="People take decisions, not scripts")
NO_SIDE = Text(sv="Den som anropar företräder ingen part", en="The caller stands for no party")

_ROWS = {
    Side.customer: frozenset(PartySide),
    Side.supplier: frozenset({PartySide.supplier, PartySide.joint}),
    Side.third_party: frozenset({PartySide.third_party}),
    Side.programme: frozenset[PartySide](),
}


def refusal_to_lead(caller: Principal, scope: Scope) -> Text | None:
    """Why the caller may not change the project as such; None when they may."""
    if scope not in caller.scopes:
        return SCOPE_MISSING
    if not caller.holds_everywhere(*LEADERS):
        return ROLE_MISSING
    if caller.side is not Side.customer:
        return NO_SIDE if caller.side is None else ONLY_CUSTOMER
    return None


def refusal_to_propose(caller: Principal) -> Text | None:
    """Why the caller may not propose a plan, return it, or ask for a change: leaders of customer and supplier may."""
    if Scope.projects_write not in caller.scopes:
        return SCOPE_MISSING
    if not caller.holds_everywhere(*LEADERS):
        return ROLE_MISSING
    if caller.side not in (Side.customer, Side.supplier):
        return NO_SIDE if caller.side is None else OTHER_SIDES_ROW
    return None


def refusal_to_change_row(caller: Principal, side: str | None, scope: Scope = Scope.activities_write) -> Text | None:
    """Why the caller may not change a row of this side; a row of nobody is the customer's."""
    if scope not in caller.scopes:
        return SCOPE_MISSING
    if not caller.holds_everywhere(*LEADERS):
        return ROLE_MISSING
    if caller.side is None:
        return NO_SIDE
    if PartySide(side or PartySide.customer) not in _ROWS[caller.side]:
        return OTHER_SIDES_ROW
    return None


def refusal_to_decide(caller: Principal, scope: Scope = Scope.gates_write) -> Text | None:
    """Why the caller may not pass gates, waive criteria or approve deliveries."""
    if scope not in caller.scopes:
        return SCOPE_MISSING
    if caller.side is not Side.customer:
        return ONLY_CUSTOMER
    if not caller.holds_everywhere(Role.approver):
        return NOT_APPROVER
    return NOT_A_PROGRAM if is_program(caller) else None


def refusal_to_attest(caller: Principal, side: str) -> Text | None:
    """Why the caller may not attest for this side; a joint statement may come from customer or supplier."""
    if Scope.gates_write not in caller.scopes:
        return SCOPE_MISSING
    if not caller.holds_everywhere(*LEADERS):
        return ROLE_MISSING
    wanted = {Side.customer, Side.supplier} if side == PartySide.joint else {Side(side)}
    return None if caller.side in wanted else OTHER_SIDES_ROW


def demand(refusal: Text | None) -> None:
    """Raise NotYours with the reason, if there is one."""
    if refusal is not None:
        raise NotYours(refusal)
