"""How often one caller may call: a fixed window per account or client, told in every answer.

The gateway limits by address; this is the second belt, by identity, and the one that tells callers where they stand
(draft-ietf-httpapi-ratelimit-headers-11). It counts per process: a service with n processes allows up to n times as
much, which is enough against a runaway script and costs no round trip.
"""

import math
import time
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from shared.auth.principal import Principal
from shared.kit.problems import TooManyRequests
from shared.kit.text import Text

WINDOW = 60.0
"""Seconds."""
_MOST_CALLERS = 50_000


@dataclass(slots=True)
class _Count:
    window: int
    used: int


class Standing(NamedTuple):
    """What the headers tell: `remaining` requests in this window, `reset` seconds until the next, and the policy."""

    policy: str
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """`RateLimit-Policy` and `RateLimit` as structured fields."""
        return {"RateLimit-Policy": self.policy, "RateLimit": f'"caller";r={self.remaining};t={self.reset}'}


class RateLimiter:
    """Counts the requests of each caller in this process."""

    def __init__(self, per_minute: int) -> None:
        self._limit = per_minute
        self._policy = f'"caller";q={per_minute};w={WINDOW:.0f}'
        self._counts: dict[tuple[UUID | None, UUID, str], _Count] = {}

    def count(self, principal: Principal) -> Standing:
        """Count one request; TooManyRequests with Retry-After when the window is used up."""
        now = time.monotonic()
        window = int(now // WINDOW)
        reset = math.ceil((window + 1) * WINDOW - now)
        key = (principal.tenant, principal.subject, principal.client_id)
        known = self._counts.get(key)
        if known is None or known.window != window:
            if len(self._counts) >= _MOST_CALLERS:
                self._counts = {one: count for one, count in self._counts.items() if count.window == window}
            known = self._counts[key] = _Count(window, 0)
        known.used += 1
        standing = Standing(self._policy, max(0, self._limit - known.used), reset)
        if known.used > self._limit:
            detail = Text(
                sv=f"Vänta {reset} sekunder",
                da=f"Vent {reset} sekunder",
                en=f"Wait {reset} seconds",
            )
            raise TooManyRequests(detail, headers={"Retry-After": str(reset), **standing.headers()})
        return standing
