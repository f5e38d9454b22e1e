"""What projects tells of its journal: the head of each tenant's chain, so that others can keep it."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Event


class JournalHeadSealed(Event):
    """The last link of the tenant's chain, told daily. Keep it: a chain that was rewritten later has another.

    `hash` is hexadecimal. `signature` is a JWS (ES256, typ `startklar-journal-head+jwt`) by the service's client key
    over tenant, journal, seal, hash and iat.
    """

    type: ClassVar[str] = "projects.journal.head_sealed.v1"

    seal_id: UUID
    number: int
    hash: str
    signature: str

    @property
    def subject(self) -> UUID:
        return self.seal_id
