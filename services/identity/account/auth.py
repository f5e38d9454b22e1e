"""Who may do what with accounts."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_WRITERS = (Role.tenant_admin,)

AccountsRead = Annotated[
    Principal,
    requires(
        Scope.accounts_read, roles=(Role.tenant_admin, Role.auditor), everywhere=True, data_class=DataClass.confidential
    ),
]
AccountsWrite = Annotated[
    Principal, requires(Scope.accounts_write, roles=_WRITERS, everywhere=True, data_class=DataClass.confidential)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why AccountsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.accounts_write, _WRITERS, everywhere=True)
