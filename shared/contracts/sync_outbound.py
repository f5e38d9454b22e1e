"""What sync tells of the packages that it sends to platforms. Numbers and ids, nothing about persons."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Event


class OutboundSent(Event):
    """A package reached its platform; whether the platform took it, a receipt says. `rows` over all files."""

    type: ClassVar[str] = "sync.outbound.sent.v1"

    delivery_id: UUID
    template_id: UUID
    rows: int

    @property
    def subject(self) -> UUID:
        return self.delivery_id


class OutboundFailed(Event):
    """A package could not be sent, however often it was tried; `reason` is a stable word."""

    type: ClassVar[str] = "sync.outbound.failed.v1"

    delivery_id: UUID
    template_id: UUID
    reason: str

    @property
    def subject(self) -> UUID:
        return self.delivery_id
