"""Who may do what with a unit's accounts; at which units, the service decides by what the caller holds."""

from typing import Annotated

from shared.auth import Acr, DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_ADMINS = (Role.register_admin,)

UnitAccountsRead = Annotated[Principal, requires(Scope.accounts_read, roles=_ADMINS, data_class=DataClass.confidential)]
UnitAccountsWrite = Annotated[
    Principal, requires(Scope.accounts_write, roles=_ADMINS, min_acr=Acr.strong, data_class=DataClass.confidential)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why UnitAccountsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.accounts_write, _ADMINS, min_acr=Acr.strong)
