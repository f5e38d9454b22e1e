"""Who answers a data subject: the customer's administrators, freshly logged in. Auditors see that it was done."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires
from shared.kit.text import Text
from shared.web.actions import refusal

_DECIDERS = (Role.tenant_admin, Role.register_admin, Role.approver)

ExportsAsk = Annotated[
    Principal, requires(Scope.persons_read, (Role.tenant_admin,), everywhere=True, data_class=DataClass.sensitive)
]
ErasuresAsk = Annotated[
    Principal, requires(Scope.persons_write, (Role.tenant_admin,), everywhere=True, data_class=DataClass.sensitive)
]
ErasuresDecide = Annotated[
    Principal, requires(Scope.persons_write, _DECIDERS, everywhere=True, data_class=DataClass.sensitive)
]
RequestsRead = Annotated[
    Principal,
    requires(Scope.persons_read, (*_DECIDERS, Role.auditor), everywhere=True, data_class=DataClass.confidential),
]


def refusal_to_decide(caller: Principal) -> Text | None:
    """Why ErasuresDecide refuses `caller`; None where it lets them through."""
    return refusal(caller, Scope.persons_write, _DECIDERS, everywhere=True)
