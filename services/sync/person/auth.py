"""Who may see persons: at the units where the role holds. Who may keep them: for the whole register."""

from typing import Annotated

from fastapi import Request

from shared.auth import DataClass, Principal, Role, Scope, require_data_class, requires
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

PersonsRead = Annotated[Principal, requires(Scope.persons_read, SEEING, data_class=DataClass.confidential)]
PersonsWrite = Annotated[
    Principal, requires(Scope.persons_write, _KEEPERS, everywhere=True, data_class=DataClass.confidential)
]


async def require_protecting(request: Request, caller: Principal) -> None:
    """That somebody's identity is protected is sensitive, whoever says it; raises as `require_data_class`."""
    await require_data_class(request, caller, DataClass.sensitive, _KEEPERS, everywhere=True)


def refusal_to_write(caller: Principal) -> Text | None:
    """Why PersonsWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.persons_write, _KEEPERS, everywhere=True)
