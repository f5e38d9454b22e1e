"""Who may see persons: at the units where the role holds. Who may keep them: for the whole register."""

from typing import Annotated

from shared.auth import Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

SEEING = (
    Role.register_admin,
    Role.tenant_admin,
    Role.approver,
    Role.project_leader,
    Role.unit_head,
    Role.trainer,
    Role.auditor,
)
_KEEPERS = (Role.register_admin, Role.tenant_admin)

PersonsRead = Annotated[Principal, requires(Scope.persons_read, SEEING)]
PersonsWrite = Annotated[Principal, requires(Scope.persons_write, _KEEPERS, everywhere=True)]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why PersonsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.persons_write, _KEEPERS, everywhere=True)
