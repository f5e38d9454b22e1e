"""Which side of a rollout one may put somebody on: a supplier's or a partner's administrator nobody on the customer's.

Hand-over, break-glass and the founding of a tenant have conditions of their own and do not ask here.
"""

from services.identity.membership.errors import SideNotYours
from shared.auth import Principal, Side
from shared.kit.text import Text


def refusal_to_side(caller: Principal, side: str | None) -> Text | None:
    """Why `caller` may not let anybody act for `side`; None where they may, and where it is nobody's side."""
    is_theirs = side is None or caller.side in (Side.customer, side)
    return None if is_theirs else SideNotYours.title


def check_side(caller: Principal, side: str | None) -> None:
    """Raises SideNotYours."""
    if refusal_to_side(caller, side) is not None:
        raise SideNotYours()
