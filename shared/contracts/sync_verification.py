"""What sync tells of its proof that register, roster and platform agree: counts and ids, never who."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Event


class PlatformCompared(Event):
    """The platform's own export was read and compared with the roster; accounts and last logins are known as of then.

    `differences` counts by kind; `critical` are those where a protected person's name is shown.
    """

    type: ClassVar[str] = "sync.platform.compared.v1"

    comparison_id: UUID
    source_id: UUID
    roster_version: int
    accounts: int
    differences: dict[str, int]
    critical: int

    @property
    def subject(self) -> UUID:
        return self.comparison_id


class Drift(BaseModel):
    """How many rows are missing, stale or double in the platform or not yet taken over from the register."""

    model_config = ConfigDict(frozen=True)

    missing: int = 0
    stale: int = 0
    duplicate: int = 0


class VerificationChanged(Event):
    """How far it is proved that the data of a unit, or (no `unit_id`) of the whole tenant, are right.

    `days` counts the days in a row, today among them, on which both legs held: the register's (fresh, no open errors,
    signed off) and the platform's (a fresh export within the allowed drift). 0 where they do not hold now. `drift` is
    the sum of `parts`. Of a tenant: the smallest number of days, the whole drift, and the unit that is worst.
    """

    type: ClassVar[str] = "sync.verification.changed.v1"

    verification_id: UUID
    unit_id: UUID | None = None
    days: int
    drift: int
    parts: Drift
    register_ok: bool
    platform_ok: bool
    reasons: tuple[str, ...] = ()
    units: int = 1
    units_held: int = 0
    worst_unit_id: UUID | None = None
