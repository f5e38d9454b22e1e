"""Who may read and say which application is the platform: the customer's leaders."""

from typing import Annotated

from shared.auth import DataClass, Principal, Scope, Side, requires
from shared.auth.roles import Role
from shared.kit.problems import Forbidden
from shared.kit.text import Text

_LEADERS = (Role.project_leader, Role.tenant_admin)
_CUSTOMER = Text(
    sv="Bara beställaren avgör vad som visar att någon når plattformen",
    da="Kun kunden afgør, hvad der viser, at nogen har adgang til platformen",
    en="The customer alone decides what proves that somebody reaches the platform",
)

AccessPolicyRead = Annotated[
    Principal, requires(Scope.coverage_read, (*_LEADERS, Role.approver, Role.auditor), everywhere=True)
]
AccessPolicyWrite = Annotated[
    Principal, requires(Scope.courses_write, _LEADERS, everywhere=True, data_class=DataClass.confidential)
]


def check_decides(caller: Principal) -> None:
    """Raises Forbidden for suppliers: they must not prove their own platform."""
    if caller.side is not Side.customer:
        raise Forbidden(_CUSTOMER)
