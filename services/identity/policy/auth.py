"""Who may see and set the rules of assurance. Whoever sets them decides how surely everybody is known."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_WRITERS = (Role.tenant_admin,)

PoliciesRead = Annotated[
    Principal,
    requires(Scope.policies_read, roles=(Role.tenant_admin, Role.approver, Role.auditor), everywhere=True),
]
PoliciesWrite = Annotated[
    Principal, requires(Scope.policies_write, roles=_WRITERS, everywhere=True, min_acr=Acr.strong)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why PoliciesWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.policies_write, _WRITERS, everywhere=True, min_acr=Acr.strong)
