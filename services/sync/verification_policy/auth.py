"""Who sees what verification lets pass, who sets it, and who names the platform: the customer's leaders."""

from typing import Annotated

from services.sync.verification_policy.errors import CustomerDecides
from shared.auth import DataClass, Principal, Role, Scope, Side, requires
from shared.auth.assurance import is_program
from shared.kit.text import Text
from shared.web.actions import refusal

_KEEPERS = (Role.register_admin, Role.tenant_admin)
_LEADERS = (Role.tenant_admin, Role.project_leader, Role.approver)
_READERS = (*_KEEPERS, Role.project_leader, Role.approver, Role.auditor, Role.unit_head)

PolicyRead = Annotated[Principal, requires(Scope.verifications_read, _READERS)]
PolicyWrite = Annotated[
    Principal,
    requires(Scope.verifications_write, _KEEPERS, everywhere=True, data_class=DataClass.confidential),
]
PlatformName = Annotated[
    Principal,
    requires(Scope.verifications_write, _LEADERS, everywhere=True, data_class=DataClass.confidential),
]


def check_decides(caller: Principal) -> None:
    """Raises CustomerDecides for suppliers and programs."""
    if _is_outsider(caller):
        raise CustomerDecides()


def refusal_to_write(caller: Principal) -> Text | None:
    """Why the caller cannot set the limits; None where they can."""
    refused = refusal(caller, Scope.verifications_write, _KEEPERS, everywhere=True)
    return refused or (CustomerDecides.title if _is_outsider(caller) else None)


def refusal_to_name(caller: Principal) -> Text | None:
    """Why the caller cannot name the platform; None where they can."""
    refused = refusal(caller, Scope.verifications_write, _LEADERS, everywhere=True)
    return refused or (CustomerDecides.title if _is_outsider(caller) else None)


def _is_outsider(caller: Principal) -> bool:
    return caller.side is not Side.customer or is_program(caller)
