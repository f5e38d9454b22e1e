"""Who may see and keep units. Units are no secret inside the tenant."""

from typing import Annotated

from shared.auth import Principal, Role, Scope, requires

_READERS = tuple(role for role in Role if role not in (Role.platform_admin, Role.programme_viewer))

UnitsRead = Annotated[Principal, requires(Scope.units_read, _READERS)]
UnitsWrite = Annotated[
    Principal, requires(Scope.units_write, (Role.register_admin, Role.tenant_admin), everywhere=True)
]
