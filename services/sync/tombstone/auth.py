"""Who may see and set how long tombstones stand."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_KEEPERS = (Role.tenant_admin, Role.register_admin)
GraceRead = Annotated[
    Principal, requires(Scope.rosters_read, (*_KEEPERS, Role.approver, Role.auditor), everywhere=True)
]
GraceWrite = Annotated[
    Principal, requires(Scope.rosters_write, _KEEPERS, everywhere=True, data_class=DataClass.confidential)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why GraceWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.rosters_write, _KEEPERS, everywhere=True)
