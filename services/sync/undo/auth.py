"""Who may ask that a run be undone; that it is, is then approved like every plan."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires

UndosStart = Annotated[
    Principal,
    requires(
        Scope.rosters_write,
        (Role.register_admin, Role.tenant_admin),
        everywhere=True,
        data_class=DataClass.confidential,
    ),
]
