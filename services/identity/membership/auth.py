"""Who may do what with memberships. Handing out rights needs a strong login; a script, which has none, cannot."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_ADMINISTRATORS = (Role.tenant_admin, Role.platform_admin)

MembershipsRead = Annotated[
    Principal,
    requires(Scope.memberships_read, roles=(*_ADMINISTRATORS, Role.project_leader, Role.auditor), everywhere=True),
]
MembershipsWrite = Annotated[
    Principal, requires(Scope.memberships_write, roles=_ADMINISTRATORS, everywhere=True, min_acr=Acr.strong)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why MembershipsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.memberships_write, _ADMINISTRATORS, everywhere=True, min_acr=Acr.strong)
