"""Who may make, disable and read break-glass accounts: administrators with a strong and recent login."""

from datetime import timedelta
from typing import Annotated

from shared.auth import Acr, DataClass, Principal, Role, Scope, requires

_RECENT = timedelta(minutes=15)
_ADMINISTRATORS = (Role.tenant_admin,)

BreakGlassRead = Annotated[
    Principal,
    requires(
        Scope.accounts_read,
        roles=_ADMINISTRATORS,
        everywhere=True,
        min_acr=Acr.strong,
        max_age=_RECENT,
        data_class=DataClass.confidential,
    ),
]
BreakGlassWrite = Annotated[
    Principal,
    requires(Scope.accounts_write, roles=_ADMINISTRATORS, everywhere=True, min_acr=Acr.strong, max_age=_RECENT),
]
