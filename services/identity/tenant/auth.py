"""Who may do what with tenants."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_CHANGERS = (Role.platform_admin, Role.tenant_admin)

TenantsRead = Annotated[Principal, requires(Scope.tenants_read)]
TenantsCreate = Annotated[
    Principal, requires(Scope.tenants_write, roles=(Role.platform_admin,), everywhere=True, min_acr=Acr.strong)
]
TenantsChange = Annotated[Principal, requires(Scope.tenants_write, roles=_CHANGERS, everywhere=True)]


def refusal_to_change(caller: Principal) -> Text | None:
    """Why TenantsChange refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.tenants_write, _CHANGERS, everywhere=True)
