"""When to try again. Pure: what happened and a random number in, a delay out."""

from dataclasses import dataclass
from datetime import timedelta

# Waits after the first, second, ... failed attempt (Standard Webhooks 1.0.0, "deliverability"): 75.6 h in all.
RETRY_AFTER = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
JITTER = 0.2
_THROTTLED = frozenset({429, 503})
_LEAST_CEILING = timedelta(seconds=60)


@dataclass(frozen=True)
class Outcome:
    """What one attempt met. `status_code` is None where no answer came; then `error` says why.

    `retry_after` is what the receiver asked for, in seconds, if it did.
    """

    latency_ms: int
    status_code: int | None = None
    error: str | None = None
    excerpt: str | None = None
    retry_after: float | None = None

    @property
    def is_success(self) -> bool:
        """2xx alone: a redirect is not followed and therefore no delivery."""
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def is_gone(self) -> bool:
        return self.status_code == 410


def next_delay(failed_attempts: int, outcome: Outcome, chance: float) -> timedelta | None:
    """How long to wait after `failed_attempts` (1 or more); None when the schedule has ended.

    `chance` in [0, 1) spreads the wait by 20 % either way. A receiver that throttles (429, 503) is given the time it
    asks for, between the schedule's wait and twice that (at least a minute).
    """
    if failed_attempts > len(RETRY_AFTER):
        return None
    planned = RETRY_AFTER[failed_attempts - 1]
    delay = planned * (1 - JITTER + 2 * JITTER * chance)
    if outcome.status_code in _THROTTLED and outcome.retry_after is not None:
        asked = timedelta(seconds=min(outcome.retry_after, 86_400 * 7))
        return max(delay, min(asked, max(2 * planned, _LEAST_CEILING)))
    return delay
