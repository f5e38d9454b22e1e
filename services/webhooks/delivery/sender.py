"""One attempt over the network; every way in which it can end is an Outcome, never an exception."""

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from services.webhooks.delivery.schedule import Outcome
from services.webhooks.delivery.signing import headers
from shared.kit import clock
from shared.kit.egress import EgressClient, EgressError, EgressResponse

EXCERPT_CHARACTERS = 1000


@dataclass(frozen=True)
class Message:
    """What is sent to one endpoint. `secrets` sign it, the newest first."""

    id: str
    url: str
    body: bytes
    secrets: tuple[bytes, ...]
    traceparent: str | None


class Sender:
    """Sends messages through the egress client. `timeout` in seconds covers the whole attempt."""

    def __init__(self, egress: EgressClient, timeout: float) -> None:
        self._egress = egress
        self._timeout = timeout

    async def send(self, message: Message) -> Outcome:
        """Sign with the present time and send."""
        sent = {"content-type": "application/json", "user-agent": "Startklar-Webhooks/1"}
        sent |= headers(message.secrets, message.id, clock.now(), message.body)
        if message.traceparent:
            sent["traceparent"] = message.traceparent
        started = time.perf_counter()
        try:
            answer = await self._egress.request("POST", message.url, sent, message.body, self._timeout, truncate=True)
        except EgressError as error:
            return Outcome(round((time.perf_counter() - started) * 1000), error=error.code)
        return Outcome(
            round(answer.elapsed * 1000),
            status_code=answer.status,
            excerpt=_excerpt(answer),
            retry_after=_seconds(answer.headers.get("retry-after")),
        )


def _excerpt(answer: EgressResponse) -> str | None:
    # A receiver's answer is text of a stranger: cut, and without what PostgreSQL cannot store.
    shown = answer.content[: EXCERPT_CHARACTERS * 4].decode("utf-8", "replace").replace("\x00", "")
    return shown[:EXCERPT_CHARACTERS] or None


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After (RFC 9110 section 10.2.3) as seconds from now; None where absent or unreadable."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after.strip()[:9])
    try:
        at = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):  # the latter: an offset from UTC of more digits than a date has room for
        return None
    return max(0.0, (at - clock.now()).total_seconds()) if at.tzinfo else None
