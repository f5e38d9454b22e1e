"""What an HTTP status means for a fetch."""

import base64

from services.sync.fetching.errors import FetchFailed, NothingThere, SourceAnswered, SourceAway, SourceRefused

_BUSY = frozenset({408, 425, 429})


def refusal_by(status: int) -> FetchFailed | None:
    """Why an answer with this status is no delivery; None for 200."""
    if status == 200:
        return None
    if status in (401, 403):
        return SourceRefused(httpStatus=status)
    if status in (404, 410):
        return NothingThere(httpStatus=status)
    if status >= 500 or status in _BUSY:
        return SourceAway(httpStatus=status)
    return SourceAnswered(httpStatus=status, reason="redirect" if 300 <= status < 400 else "status")


def basic(username: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617, UTF-8)."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
