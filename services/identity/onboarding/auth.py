"""Who may let tenants share an identity provider: the operator of the platform, with a strong login."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires

IssuersShare = Annotated[
    Principal, requires(Scope.tenants_write, roles=(Role.platform_admin,), everywhere=True, min_acr=Acr.strong)
]
