"""Who may do what with a tenant's keys. Whoever changes one can stop all logins, so it needs a strong login."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_WRITERS = (Role.tenant_admin,)

TenantKeysRead = Annotated[
    Principal, requires(Scope.tenants_read, roles=(Role.tenant_admin, Role.auditor), everywhere=True)
]
TenantKeysWrite = Annotated[
    Principal, requires(Scope.tenants_write, roles=_WRITERS, everywhere=True, min_acr=Acr.strong)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why TenantKeysWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.tenants_write, _WRITERS, everywhere=True, min_acr=Acr.strong)
