"""Ways to stand at an instant, to act there, and to look back at it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.projects.conftest import Rollout

BEGIN = datetime(2027, 3, 1, 8, tzinfo=UTC)

Act = Callable[[Rollout], Awaitable[Any]]


def hour(number: int) -> datetime:
    return BEGIN + timedelta(hours=number)


async def look_back(rollout: Rollout, path: str, at: str | datetime) -> httpx.Response:
    """GET `path` as it was at `at`."""
    shown = at if isinstance(at, str) else at.isoformat().replace("+00:00", "Z")
    return await rollout.get(f"{path}{'&' if '?' in path else '?'}asOf={shown}")
