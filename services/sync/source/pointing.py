"""Where children's data go to or come from is said by one person and confirmed by another one of the customer.

Whoever may administer the register, a supplier or a stolen account, could else point a platform's import at an address
of their own, or let another server pass for the register. Until it is confirmed, nothing is fetched from there or sent
there; what is not about the address (name, schedule, how rows are read) needs nobody else.
"""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlmodel import Field, SQLModel

from services.sync.person.behind import is_same_person
from services.sync.source.errors import CustomerConfirms, NothingToConfirm, SecondPersonConfirms
from shared.auth import Principal, Side
from shared.auth.assurance import is_program
from shared.kit import clock
from shared.kit.db import TIMESTAMP

# What may be changed of a connector without leading it elsewhere.
_HARMLESS = frozenset(
    {
        "page_size",
        "stable_seconds",
        "is_incremental",
        "whole_every_hours",
        "is_notified",
        "gives_feedback",
        "institutions",
    }
)


class Pointed(SQLModel):
    """Mixin: who said the address that is in use, and who confirmed it. Nobody said it: it needs no confirmation."""

    pointed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    pointed_by: UUID | None = None
    pointed_person: UUID | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    confirmed_by: UUID | None = None

    @property
    def is_confirmed(self) -> bool:
        return self.pointed_at is None or self.confirmed_at is not None


class _Dumped(Protocol):
    def model_dump(self, *, exclude: set[str]) -> dict[str, Any]: ...


def leads_elsewhere(before: _Dumped, after: _Dumped) -> bool:
    """Whether one leads to another server, account or place there than the other."""
    return before.model_dump(exclude=set(_HARMLESS)) != after.model_dump(exclude=set(_HARMLESS))


def point(row: Pointed, caller: Principal) -> None:
    """Note who said where it leads; it waits for somebody else."""
    row.pointed_at, row.pointed_by, row.pointed_person = clock.now(), caller.subject, caller.person
    row.confirmed_at = row.confirmed_by = None


def confirm(row: Pointed, caller: Principal) -> None:
    """Raises NothingToConfirm, CustomerConfirms, SecondPersonConfirms."""
    if problem := problem_with_confirming(row, caller):
        raise problem
    row.confirmed_at, row.confirmed_by = clock.now(), caller.subject


def problem_with_confirming(
    row: Pointed, caller: Principal
) -> NothingToConfirm | CustomerConfirms | SecondPersonConfirms | None:
    """Why the caller cannot confirm where it leads; None where they can."""
    if row.is_confirmed:
        return NothingToConfirm()
    if caller.side is not Side.customer or is_program(caller):
        return CustomerConfirms()
    return SecondPersonConfirms() if is_same_person(caller, row.pointed_by, row.pointed_person) else None
