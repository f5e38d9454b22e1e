"""Who may follow the roster: our services, with a token of their own for one tenant, and the tenant's own programs."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, internal, requires

ChangesRead = Annotated[Principal, internal(Scope.changes_read)]
RosterChangesRead = Annotated[
    Principal,
    requires(
        Scope.changes_read,
        (Role.register_admin, Role.tenant_admin, Role.auditor),
        everywhere=True,
        data_class=DataClass.confidential,
    ),
]
