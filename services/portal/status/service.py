"""Asks each service whether it is ready. One answer serves every visitor for a few seconds: this page is public, and
must not turn a flood of visitors into a flood of probes."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from services.portal.status.schemas import PlatformStatus, Promise, ServiceStatus
from shared.kit import clock
from shared.kit.egress import EgressClient, EgressError

FRESH_FOR = timedelta(seconds=5)


class StatusService:
    """`urls`: internal base URL of each service. `timeout` in seconds, for one probe."""

    def __init__(self, client: EgressClient, urls: Mapping[str, str], timeout: float, promise: Promise) -> None:
        self._client = client
        self._urls = urls
        self._timeout = timeout
        self._promise = promise
        self._known: PlatformStatus | None = None
        self._lock = asyncio.Lock()

    async def current(self) -> PlatformStatus:
        """The state of all services, at most five seconds old."""
        async with self._lock:
            if self._known is None or clock.now() - self._known.checked_at >= FRESH_FOR:
                self._known = await self._ask_all()
            return self._known

    async def _ask_all(self) -> PlatformStatus:
        asked = [self._ask(name, url) for name, url in sorted(self._urls.items()) if name != "portal"]
        services = await asyncio.gather(*asked)
        is_ready = bool(services) and all(service.state == "ready" for service in services)
        return PlatformStatus(
            state="ready" if is_ready else "degraded",
            checked_at=clock.now(),
            services=list(services),
            promise=self._promise,
        )

    async def _ask(self, name: str, url: str) -> ServiceStatus:
        try:
            answer = await self._client.request("GET", f"{url.rstrip('/')}/readyz", timeout=self._timeout)
        except EgressError:
            return ServiceStatus(name=name, state="unreachable", latency_ms=None)
        state = "ready" if answer.status == 200 else "unavailable"
        return ServiceStatus(name=name, state=state, latency_ms=round(answer.elapsed * 1000))
