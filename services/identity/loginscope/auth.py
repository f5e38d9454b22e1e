"""Who may do what with login scopes. The tenant asks, the platform's operator or a federation's signature proves."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_WRITERS = (Role.tenant_admin,)

LoginScopesRead = Annotated[
    Principal, requires(Scope.tenants_read, roles=(Role.tenant_admin, Role.auditor), everywhere=True)
]
LoginScopesWrite = Annotated[
    Principal, requires(Scope.tenants_write, roles=_WRITERS, everywhere=True, min_acr=Acr.strong)
]
LoginScopesReview = Annotated[Principal, requires(Scope.tenants_read, roles=(Role.platform_admin,), everywhere=True)]
LoginScopesVouch = Annotated[
    Principal, requires(Scope.tenants_write, roles=(Role.platform_admin,), everywhere=True, min_acr=Acr.strong)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why LoginScopesWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.tenants_write, _WRITERS, everywhere=True, min_acr=Acr.strong)
