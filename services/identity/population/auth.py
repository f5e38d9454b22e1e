"""Who may switch populations on and off."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_WRITERS = (Role.tenant_admin,)

PopulationsRead = Annotated[
    Principal,
    requires(Scope.accounts_read, roles=(Role.tenant_admin, Role.project_leader, Role.auditor), everywhere=True),
]
PopulationsWrite = Annotated[
    Principal, requires(Scope.accounts_write, roles=_WRITERS, everywhere=True, min_acr=Acr.strong)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why PopulationsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.accounts_write, _WRITERS, everywhere=True, min_acr=Acr.strong)
