"""Who may run a programme: leaders of a programme body, or of an authority with a programme of its own."""

from services.projects.project.rights import LEADERS, NO_SIDE, NOT_A_PROGRAM, NOT_APPROVER, ROLE_MISSING, SCOPE_MISSING
from shared.auth.assurance import is_program
from shared.auth.principal import Principal
from shared.auth.roles import Role, Side
from shared.auth.scopes import Scope
from shared.kit.text import Text

RUNNERS = (Side.customer, Side.programme)
OTHER_SIDE = Text(
    sv="Bara programmets eller kundens sida får göra detta",
    en="Only the programme's or the customer's side may do this",
    da="Kun programmets eller kundens side må gøre dette",
)


def refusal_to_run(caller: Principal) -> Text | None:
    """Why the caller may not change programmes, waves and members; None when they may."""
    if Scope.programmes_write not in caller.scopes:
        return SCOPE_MISSING
    if not caller.holds_everywhere(*LEADERS):
        return ROLE_MISSING
    if caller.side not in RUNNERS:
        return NO_SIDE if caller.side is None else OTHER_SIDE
    return None


def refusal_to_waive(caller: Principal) -> Text | None:
    """Why the caller may not let a member in that is not ready."""
    if Scope.programmes_write not in caller.scopes:
        return SCOPE_MISSING
    if caller.side not in RUNNERS:
        return NO_SIDE if caller.side is None else OTHER_SIDE
    if not caller.holds_everywhere(Role.approver):
        return NOT_APPROVER
    return NOT_A_PROGRAM if is_program(caller) else None
