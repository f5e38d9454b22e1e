"""What identity tells the other services: who has access, never who they are.

An event carries ids, roles and instants. Names and login names stay in identity; persons are known by their id in sync.
"""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event

TenantKind = Literal["authority", "supplier", "programme"]


class TenantCreated(Event):
    """A tenant exists; its id is the tenant of everything that it will own."""

    type: ClassVar[str] = "identity.tenant.created.v1"

    tenant_id: UUID
    kind: TenantKind


class AccountCreated(Event):
    """Somebody can log in. `person_id` is the person in the roster, absent for accounts without one."""

    type: ClassVar[str] = "identity.account.created.v1"

    account_id: UUID
    person_id: UUID | None = None


class AccountClosed(Event):
    """The account can no longer log in. `reason` is `roster_ended`, `administrator` or `erased`."""

    type: ClassVar[str] = "identity.account.closed.v1"

    account_id: UUID
    person_id: UUID | None = None
    reason: Literal["roster_ended", "administrator", "erased"]


class AccountReopened(Event):
    """A closed account can log in again."""

    type: ClassVar[str] = "identity.account.reopened.v1"

    account_id: UUID
    person_id: UUID | None = None


class MembershipGranted(Event):
    """An account holds a role at a unit (`unit_id` absent: at every unit of the tenant) on a side."""

    type: ClassVar[str] = "identity.membership.granted.v1"

    membership_id: UUID
    account_id: UUID
    person_id: UUID | None = None
    role: str
    unit_id: UUID | None = None
    side: str


class MembershipRemoved(Event):
    """An account no longer holds a role; `identity.access.revoked` says from when its tokens are worthless."""

    type: ClassVar[str] = "identity.membership.removed.v1"

    membership_id: UUID
    account_id: UUID
    person_id: UUID | None = None
    role: str
    unit_id: UUID | None = None
    side: str


class AccessRevoked(Event):
    """Refuse tokens of `account_id` (an account, a client, or one session by its `sid`) issued before `not_before`."""

    type: ClassVar[str] = "identity.access.revoked.v1"

    account_id: UUID
    not_before: datetime

    @property
    def subject(self) -> UUID:
        return self.account_id


class BulkAccessRevoked(Event):
    """As `identity.access.revoked.v1`, for at most 500 accounts at once, which are not told one by one besides."""

    type: ClassVar[str] = "identity.bulk_access.revoked.v1"

    revocation_id: UUID
    account_ids: tuple[UUID, ...]
    not_before: datetime

    @property
    def subject(self) -> UUID:
        return self.revocation_id


class RosterFollowed(Event):
    """Accounts and roles are up to date with the roster up to `version`: one event for however many accounts.

    `opened` and `closed` count accounts, `granted` and `removed` count roles.
    """

    type: ClassVar[str] = "identity.roster.followed.v1"

    follow_id: UUID
    version: int
    opened: int
    closed: int
    granted: int
    removed: int

    @property
    def subject(self) -> UUID:
        return self.follow_id


class ClientRegistered(Event):
    """A client application may ask for tokens."""

    type: ClassVar[str] = "identity.client.registered.v1"

    client_id: UUID


class ClientDisabled(Event):
    """A client application gets no more tokens."""

    type: ClassVar[str] = "identity.client.disabled.v1"

    client_id: UUID
