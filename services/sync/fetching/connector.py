"""What a connector is, and what it is given: it brings one delivery and what it can prove of it, nothing else."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.sync.fetching.package import Package, PackageSink
from services.sync.source.connectors import AnyFetched, Credentials
from shared.kit.egress import EgressClient

Progress = Callable[[int, int | None, str], Awaitable[None]]
"""Done, total (None where nobody knows) and a short text without personal data; shown to who follows the job."""
Remember = Callable[[Mapping[str, Any]], Awaitable[None]]


async def _forget(_: Mapping[str, Any]) -> None:
    return None


@dataclass(frozen=True)
class Fetch:
    """One fetch. `memory` is what the last successful one left, and `remember` adds to it what holds even if this one
    fails. `previous` is the package that it brought, as long as that is held and nobody has sent another since. What
    goes into `sink` becomes the upload. `egress` trusts the authority that the settings name.
    """

    source_id: UUID
    settings: AnyFetched
    credentials: Credentials
    memory: Mapping[str, Any]
    egress: EgressClient
    sink: PackageSink
    previous: Package | None
    progress: Progress
    now: datetime
    remember: Remember = _forget


@dataclass(frozen=True)
class Fetched:
    """What came of it.

    `proof`: numbers and marks that show that all is there (pages, counts, watermark), no personal data. `incomplete`:
    kinds of canonical rows of which that cannot be shown; they end nothing. `memory` replaces the former one.
    `is_unchanged`: the source says that it has nothing new; the sink is then left alone.
    """

    proof: Mapping[str, Any] = field(default_factory=dict)
    incomplete: frozenset[str] = frozenset()
    memory: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    is_unchanged: bool = False
    afterwards: Callable[[], Awaitable[None]] | None = None
    """Called once the delivery is stored: move the file away, confirm. A failure is a note, not a failed fetch."""


@dataclass(frozen=True)
class Probed:
    """What a connection test saw: numbers and public facts (`hostKey`, `files`, `total`), no personal data."""

    seen: Mapping[str, Any] = field(default_factory=dict)


class Connector(Protocol):
    """One kind of connector. Errors: fetching.errors.FetchFailed, shared.kit.egress.EgressError."""

    async def fetch(self, fetch: Fetch) -> Fetched: ...

    async def probe(self, fetch: Fetch) -> Probed:
        """Reach the source and log in; fetch no delivery and change nothing."""
        ...
