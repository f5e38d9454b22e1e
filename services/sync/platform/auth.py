"""Who may compare with the platform, and who may see what differs: a unit's head sees the own units alone."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from shared.auth import DataClass, Principal, Role, Scope, requires

_KEEPERS = (Role.register_admin, Role.tenant_admin)
_SEERS = (*_KEEPERS, Role.approver, Role.auditor, Role.unit_head)

ComparisonsRead = Annotated[
    Principal, requires(Scope.verifications_read, (*_KEEPERS, Role.approver, Role.auditor), everywhere=True)
]
AccountsRead = Annotated[
    Principal,
    requires(
        Scope.verifications_read,
        (*_KEEPERS, Role.approver, Role.auditor),
        everywhere=True,
        data_class=DataClass.confidential,
    ),
]
"""When each person last logged in speaks of persons, unlike the numbers of a comparison."""
ComparisonsWrite = Annotated[
    Principal, requires(Scope.verifications_write, _KEEPERS, everywhere=True, data_class=DataClass.confidential)
]
DifferencesRead = Annotated[Principal, requires(Scope.verifications_read, _SEERS, data_class=DataClass.confidential)]


def units_seen(caller: Principal) -> Collection[UUID] | None:
    """The units whose differences the caller may see; None is all."""
    return caller.units_for(*_SEERS)
