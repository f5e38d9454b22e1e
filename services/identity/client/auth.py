"""Who may do what with clients. Making one hands out rights, so it needs a strong login."""

from typing import Annotated

from shared.auth import Acr, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_WRITERS = (Role.tenant_admin,)

ClientsRead = Annotated[
    Principal, requires(Scope.clients_read, roles=(Role.tenant_admin, Role.auditor), everywhere=True)
]
ClientsWrite = Annotated[Principal, requires(Scope.clients_write, roles=_WRITERS, everywhere=True, min_acr=Acr.strong)]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why ClientsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.clients_write, _WRITERS, everywhere=True, min_acr=Acr.strong)
