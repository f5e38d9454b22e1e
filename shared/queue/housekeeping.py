"""What is kept for a while and then removed: stored answers after a day, ended jobs after a quarter."""

from datetime import timedelta

from sqlalchemy import text

from shared.kit import clock
from shared.kit.db import Database

_ANSWERS = text("DELETE FROM idempotency WHERE created_at < :before")
_JOBS = text("DELETE FROM job WHERE state IN ('succeeded', 'failed', 'cancelled') AND finished_at < :before")


class Housekeeping:
    """Prunes the kit tables of one service."""

    def __init__(self, relay: Database) -> None:
        self._relay = relay

    async def step(self) -> bool:
        """Remove what is old enough."""
        now = clock.now()
        async with self._relay.transaction(None) as session:
            await session.execute(_ANSWERS, {"before": now - timedelta(hours=25)})
            await session.execute(_JOBS, {"before": now - timedelta(days=90)})
        return False
