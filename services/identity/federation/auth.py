"""Who may do what with federations: operators of the platform decide, who sets up logins reads."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_WRITERS = (Role.platform_admin,)

FederationsRead = Annotated[
    Principal,
    requires(Scope.tenants_read, roles=(Role.platform_admin, Role.tenant_admin, Role.auditor), everywhere=True),
]
FederationsAsk = Annotated[
    Principal,
    requires(Scope.tenants_write, roles=(Role.platform_admin, Role.tenant_admin), everywhere=True, min_acr=Acr.strong),
]
FederationsWrite = Annotated[
    Principal, requires(Scope.tenants_write, roles=_WRITERS, everywhere=True, min_acr=Acr.strong)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why FederationsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.tenants_write, _WRITERS, everywhere=True, min_acr=Acr.strong)
