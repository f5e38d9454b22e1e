"""What the head of a journal's chain says, whichever service's journal it is."""

from uuid import UUID

from shared.contracts.base import Event


class JournalHead(Event):
    """The last link of a tenant's chain, told daily. Keep it: a chain that was rewritten later has another.

    `hash` is hexadecimal. `signature` is a JWS (ES256, typ `startklar-journal-head+jwt`) by the service's client key
    over tenant, id, seal (the number), hash and iat.
    """

    seal_id: UUID
    number: int
    hash: str
    signature: str

    @property
    def subject(self) -> UUID:
        return self.seal_id
