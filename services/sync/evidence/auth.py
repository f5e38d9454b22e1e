"""Who makes and reads evidence: whoever answers for the register or follows the rollout, a unit's head for its own."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from shared.auth import Principal, Role, Scope, requires

_MAKERS = (Role.register_admin, Role.tenant_admin, Role.approver, Role.project_leader, Role.unit_head)
_READERS = (*_MAKERS, Role.auditor)

PacksRead = Annotated[Principal, requires(Scope.verifications_read, _READERS)]
PacksMake = Annotated[Principal, requires(Scope.verifications_write, _MAKERS)]


def units_seen(caller: Principal) -> Collection[UUID] | None:
    """The units whose evidence the caller may see; None is all."""
    return caller.units_for(*_READERS)


def units_made(caller: Principal) -> Collection[UUID] | None:
    """The units of which the caller may make evidence; None is all."""
    return caller.units_for(*_MAKERS)
