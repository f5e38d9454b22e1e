"""The rules that compare a verified document with what is in force, and the clock of refreshing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any

from services.identity.federation.faults import FeedFault
from services.identity.federation.models import FederationGeneration

SHRINK_LIMIT = 0.30
"""The share of identity providers that may vanish at once without anybody looking."""
LONGEST_INTERVAL = timedelta(minutes=30)
SHORTEST_INTERVAL = timedelta(minutes=2)
_EARLY = 0.75
_RANDOM = SystemRandom()
_BACKOFF = timedelta(minutes=1)


@dataclass(frozen=True)
class Read:
    """What the child process found in a document whose signature it verified."""

    digest: bytes
    document_id: str
    signer: str
    valid_until: datetime
    published_at: datetime | None
    cache_seconds: int | None
    size_bytes: int
    identity_providers: int
    service_providers: int
    left_out: list[dict[str, str]]

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> "Read":
        """From the child's JSON."""
        published = found["published_at"]
        return cls(
            digest=bytes.fromhex(found["digest"]),
            document_id=found["document_id"],
            signer=found["signer"],
            valid_until=datetime.fromisoformat(found["valid_until"]),
            published_at=datetime.fromisoformat(published) if published else None,
            cache_seconds=found["cache_seconds"],
            size_bytes=found["size_bytes"],
            identity_providers=found["identity_providers"],
            service_providers=found["service_providers"],
            left_out=found["left_out"],
        )


def is_older(
    published_at: datetime | None, valid_until: datetime, than_published: datetime | None, than_end: datetime | None
) -> bool:
    """Whether a document was made before another one: by the instants of publication where both have one, else by
    their ends. A signature says who made a document, not that it is the newest: only this keeps an old key out."""
    if published_at is not None and than_published is not None:
        return published_at < than_published
    return than_end is not None and valid_until < than_end


def refusal_of(read: Read, current: FederationGeneration | None) -> FeedFault | None:
    """Why the document may not follow the generation in force; None where it may."""
    if current is None:
        return None
    older = is_older(read.published_at, read.valid_until, current.published_at, current.valid_until)
    return FeedFault.rolled_back if older else None


def shrinks_too_much(before: int, after: int) -> bool:
    """Whether more than 30 % of the identity providers would vanish."""
    return after < before * (1 - SHRINK_LIMIT)


def next_after_success(cache_seconds: int | None, interval: timedelta) -> timedelta:
    """Until the next look: three quarters of the shortest of what the federation and we want, with some jitter."""
    wanted = [interval, LONGEST_INTERVAL]
    if cache_seconds is not None:
        wanted.append(timedelta(seconds=cache_seconds))
    return max(SHORTEST_INTERVAL, min(wanted)) * _EARLY * _RANDOM.uniform(0.9, 1.1)


def next_after_failure(failures: int, interval: timedelta) -> timedelta:
    """Later with each failure in a row, at most the ordinary interval."""
    wait = _BACKOFF * (1 << min(failures, 10))
    return min(wait, interval, LONGEST_INTERVAL) * _RANDOM.uniform(0.8, 1.0)
