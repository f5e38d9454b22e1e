"""Who may do what with hand-overs. Which of the roles one may hand over, the service decides by what one holds."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_HOLDERS = (Role.tenant_admin, Role.register_admin)
_WRITERS = (Role.tenant_admin,)

HandoversRead = Annotated[
    Principal,
    requires(Scope.memberships_read, roles=(Role.tenant_admin, Role.project_leader, Role.auditor), everywhere=True),
]
HandoversOffer = Annotated[Principal, requires(Scope.memberships_write, roles=_HOLDERS, min_acr=Acr.strong)]
HandoversOwn = Annotated[Principal, requires(Scope.openid)]
HandoversTake = Annotated[Principal, requires(Scope.openid, min_acr=Acr.strong)]
HandoversWrite = Annotated[
    Principal, requires(Scope.memberships_write, roles=_WRITERS, everywhere=True, min_acr=Acr.strong)
]


def refusal_to_take(caller: Principal) -> Text | None:
    """Why HandoversTake refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.openid, min_acr=Acr.strong)


def refusal_to_withdraw(caller: Principal) -> Text | None:
    """Why HandoversWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.memberships_write, _WRITERS, everywhere=True, min_acr=Acr.strong)
