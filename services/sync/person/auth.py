"""Who may see persons: at the units where the role holds. Who may keep them: for the whole register."""

from typing import Annotated

from shared.auth import Principal, Role, Scope, requires

SEEING = (
    Role.register_admin,
    Role.tenant_admin,
    Role.approver,
    Role.project_leader,
    Role.unit_head,
    Role.trainer,
    Role.auditor,
)

PersonsRead = Annotated[Principal, requires(Scope.persons_read, SEEING)]
PersonsWrite = Annotated[
    Principal, requires(Scope.persons_write, (Role.register_admin, Role.tenant_admin), everywhere=True)
]
