"""What may narrow the log of logins. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class LogFilter:
    """Which entries are asked for; whatever is None does not narrow. `until` is exclusive."""

    account_id: UUID | None = None
    provider_id: UUID | None = None
    method: str | None = None
    outcome: str | None = None
    acr: str | None = None
    since: datetime | None = None
    until: datetime | None = None
