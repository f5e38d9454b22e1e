"""What identity tells of how accounts are recognised, handed over and switched on. No name and no login name in it.

A login scope is an organisation's security domain (`norrvik.example`), not personal data: sync needs it to find login
names of strangers in a delivery.
"""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.base import Event

Population = Literal["staff", "pupil", "guardian"]


class LoginScopeVerified(Event):
    """Login names that end in `@domain` are the tenant's from now on, and no other tenant's."""

    type: ClassVar[str] = "identity.login_scope.verified.v1"

    scope_id: UUID
    domain: str

    @property
    def subject(self) -> UUID:
        return self.scope_id


class LoginScopeRemoved(Event):
    """Login names that end in `@domain` are the tenant's no longer."""

    type: ClassVar[str] = "identity.login_scope.removed.v1"

    scope_id: UUID
    domain: str

    @property
    def subject(self) -> UUID:
        return self.scope_id


class AccountAlternativeConfirmed(Event):
    """An account can be logged in to by another provider too, confirmed by its holder or by an administrator."""

    type: ClassVar[str] = "identity.account_alternative.confirmed.v1"

    account_alternative_id: UUID
    account_id: UUID
    confirmed_by: Literal["holder", "administrator"]


class AccountAlternativeRemoved(Event):
    """A further way of logging in to an account is gone, and with it every session of the account."""

    type: ClassVar[str] = "identity.account_alternative.removed.v1"

    account_alternative_id: UUID
    account_id: UUID


class PopulationOpened(Event):
    """Pupils or guardians (of a unit; `unit_id` absent: of all) may log in from `opens_on`, absent: from now.

    `decision_key` names the question that the decision answered.
    """

    type: ClassVar[str] = "identity.population.opened.v1"

    population_opening_id: UUID
    population: Population
    unit_id: UUID | None = None
    opens_on: date | None = None
    decision_id: UUID | None = None
    decision_key: str | None = None

    @property
    def subject(self) -> UUID:
        return self.population_opening_id


class PopulationClosed(Event):
    """They may no longer log in; `ended` counts the accounts whose sessions were cut off."""

    type: ClassVar[str] = "identity.population.closed.v1"

    population_opening_id: UUID
    population: Population
    unit_id: UUID | None = None
    ended: int

    @property
    def subject(self) -> UUID:
        return self.population_opening_id


class HandoverOffered(Event):
    """Somebody was offered an administrator's role (at a unit; `unit_id` absent: of the tenant)."""

    type: ClassVar[str] = "identity.handover.offered.v1"

    handover_id: UUID
    role: str
    unit_id: UUID | None = None
    due_on: date | None = None


class HandoverAccepted(Event):
    """The receiver logged in and took the role; `previous` says what became of who held it before."""

    type: ClassVar[str] = "identity.handover.accepted.v1"

    handover_id: UUID
    role: str
    unit_id: UUID | None = None
    previous: Literal["none", "ended", "kept"]


class HandoverWithdrawn(Event):
    """An offer that nobody had accepted was taken back."""

    type: ClassVar[str] = "identity.handover.withdrawn.v1"

    handover_id: UUID


class BreakGlassEnabled(Event):
    """An account for the day when no identity provider answers is ready for use."""

    type: ClassVar[str] = "identity.break_glass.enabled.v1"

    break_glass_id: UUID
    account_id: UUID


class BreakGlassUsed(Event):
    """Somebody logged in past every identity provider. Another administrator has to acknowledge it."""

    type: ClassVar[str] = "identity.break_glass.used.v1"

    break_glass_id: UUID
    use_id: UUID
    used_at: datetime


class BreakGlassAcknowledged(Event):
    """Another administrator has seen the use."""

    type: ClassVar[str] = "identity.break_glass.acknowledged.v1"

    break_glass_id: UUID
    use_id: UUID


class BreakGlassLocked(Event):
    """Too many wrong codes beside a right recovery secret: somebody may hold the paper without the telephone."""

    type: ClassVar[str] = "identity.break_glass.locked.v1"

    break_glass_id: UUID
    locked_until: datetime


class BreakGlassDisabled(Event):
    """The account is closed for good; whoever was in it is out."""

    type: ClassVar[str] = "identity.break_glass.disabled.v1"

    break_glass_id: UUID
