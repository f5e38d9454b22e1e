"""Who may see and keep units. Units are no secret inside the tenant."""

from typing import Annotated

from shared.auth import Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_READERS = tuple(role for role in Role if role not in (Role.platform_admin, Role.programme_viewer))
_KEEPERS = (Role.register_admin, Role.tenant_admin)

UnitsRead = Annotated[Principal, requires(Scope.units_read, _READERS)]
UnitsWrite = Annotated[Principal, requires(Scope.units_write, _KEEPERS, everywhere=True)]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why UnitsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.units_write, _KEEPERS, everywhere=True)
