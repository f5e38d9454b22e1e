"""Who sees what is kept for how long, and who sets it: the customer's administrator."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_KEEPERS = (Role.tenant_admin,)
RetentionRead = Annotated[
    Principal,
    requires(
        Scope.policies_read,
        (*_KEEPERS, Role.register_admin, Role.approver, Role.auditor),
        everywhere=True,
    ),
]
RetentionWrite = Annotated[
    Principal, requires(Scope.policies_write, _KEEPERS, everywhere=True, data_class=DataClass.confidential)
]


def refusal_to_write(caller: Principal) -> Text | None:
    """Why RetentionWrite refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.policies_write, _KEEPERS, everywhere=True)
