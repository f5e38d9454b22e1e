"""Who may read the roster's past: those who answer for the register, and auditors."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires

HistoryRead = Annotated[
    Principal,
    requires(
        Scope.rosters_read,
        (Role.register_admin, Role.tenant_admin, Role.approver, Role.auditor),
        everywhere=True,
        data_class=DataClass.confidential,
    ),
]
