"""Who sees certificates: everybody their own, whoever leads the training all."""

from typing import Annotated
from uuid import UUID

from services.training.attendance.auth import READERS
from services.training.checkin.errors import NoPerson
from shared.auth import Principal, Scope, requires
from shared.auth.roles import Role

REVOKERS = (Role.project_leader, Role.tenant_admin)

CertificateRead = Annotated[Principal, requires(Scope.attendances_read)]
CertificateWrite = Annotated[Principal, requires(Scope.attendances_write, REVOKERS, everywhere=True)]


def whose(caller: Principal) -> UUID | None:
    """Of whom the caller sees certificates; None means of everybody. Raises NoPerson for who has none to see."""
    if caller.holds_everywhere(*READERS):
        return None
    if caller.person is None:
        raise NoPerson()
    return caller.person
