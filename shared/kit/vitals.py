"""How a process feels, for Prometheus: its event loop and its connections to the database, beside memory and CPU.

All of it is in the process's one registry; what a service counts itself says which service it is of.
"""

import asyncio
import time
from collections.abc import Iterable

from prometheus_client import REGISTRY, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from shared.kit.db import Database

_EVERY = 0.5
LOOP_LAG = Histogram(
    "startklar_loop_lag_seconds",
    "How much later than it was due a timer ran: what else held the event loop",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)


class Pools(Collector):
    """The connections of each role of each service in this process."""

    def __init__(self) -> None:
        self._databases: dict[tuple[str, str], Database] = {}

    def watch(self, service: str, **roles: Database) -> None:
        """Count the connections of these from now on; a service that is started again replaces its former self."""
        self._databases |= {(service, role): database for role, database in roles.items()}

    def collect(self) -> Iterable[GaugeMetricFamily]:
        labels = ["service", "role"]
        busy = GaugeMetricFamily("startklar_database_connections_busy", "Connections in use", labels=labels)
        most = GaugeMetricFamily("startklar_database_connections_max", "Connections that it may use", labels=labels)
        for key, database in list(self._databases.items()):
            used, size = database.connections()
            busy.add_metric(list(key), used)
            most.add_metric(list(key), size)
        return busy, most


POOLS = Pools()
REGISTRY.register(POOLS)


async def watch_loop() -> None:
    """Measure the event loop until cancelled."""
    while True:
        due = time.monotonic() + _EVERY
        await asyncio.sleep(_EVERY)
        LOOP_LAG.observe(max(0.0, time.monotonic() - due))
