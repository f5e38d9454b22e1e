"""What identity tells of ended logins: which, and why. Nothing says who."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event

SessionEndReason = Literal["logout", "provider_logout", "administrator", "own_wish", "replaced"]


class SessionEnded(Event):
    """A login is over in every service. `told` counts the applications that are told by back-channel logout.

    `administrator`: by the tenant, of the session, or of what it rested on (account, population, domain, way in, last
    role). `provider_logout`: at the identity provider; `own_wish`: by the person in another browser; `replaced`: by a
    newer or stronger login in the same browser.
    """

    type: ClassVar[str] = "identity.session.ended.v1"

    session_id: UUID
    account_id: UUID
    reason: SessionEndReason
    told: int

    @property
    def subject(self) -> UUID:
        return self.session_id


class LogoutUndelivered(Event):
    """An application did not confirm a logout, however often it was told: somebody may still be logged in there."""

    type: ClassVar[str] = "identity.logout.undelivered.v1"

    logout_delivery_id: UUID
    session_id: UUID
    client_id: str

    @property
    def subject(self) -> UUID:
        return self.logout_delivery_id
