"""Who reads how the data stand, and who signs them off: a unit's head the own units, the register's keepers all."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from shared.auth import DataClass, Principal, Role, Scope, requires

_ALL = (Role.register_admin, Role.tenant_admin, Role.approver, Role.auditor, Role.project_leader)
_READERS = (*_ALL, Role.unit_head)
_SIGNERS = (Role.unit_head, Role.register_admin)

VerificationRead = Annotated[Principal, requires(Scope.verifications_read, _READERS)]
SignOffsWrite = Annotated[Principal, requires(Scope.verifications_write, _SIGNERS, data_class=DataClass.confidential)]


def units_seen(caller: Principal) -> Collection[UUID] | None:
    """The units that the caller may see; None is all."""
    return caller.units_for(*_READERS)
