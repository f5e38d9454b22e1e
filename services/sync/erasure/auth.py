"""Who may read the erasure ledger: auditors, and those who answer for the register."""

from typing import Annotated

from shared.auth import DataClass, Principal, Role, Scope, requires

ErasuresRead = Annotated[
    Principal,
    requires(
        Scope.rosters_read,
        (Role.auditor, Role.tenant_admin, Role.register_admin),
        everywhere=True,
        data_class=DataClass.confidential,
    ),
]
