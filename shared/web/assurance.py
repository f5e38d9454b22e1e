"""A service's assurance: its copy of the tenants' rules, and the violations that it tells of [AU-S].

    startup=[use_cutoffs, use_assurance(lambda seen, more: SyncAssuranceViolated(violation_id=seen, **more))]

A violation is written in a transaction of its own, so that it survives the refused request: the event, which names
nobody, and a journal row with the caller's account. The same caller at the same operation is told once a minute; every
refusal is counted and logged.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter

from shared.auth.assurance import AssuranceRules
from shared.auth.violations import Violation, Violations
from shared.contracts.assurance import AssuranceViolation
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.runtime import Runtime

log = structlog.get_logger()

TOLD_EVERY = timedelta(minutes=1)
MOST_REMEMBERED = 10_000
REFUSED = Counter("startklar_assurance_violations_total", "Reads of sensitive data refused for one factor", ["service"])


MakeEvent = Callable[[UUID, dict[str, Any]], AssuranceViolation]


def use_assurance(make: MakeEvent | None = None) -> Callable[[Runtime, AsyncExitStack], Awaitable[None]]:
    """Start-up step: the tenants' rules hold from now on. `make` gives the event that the service tells of violations
    by; a service without sensitive data tells none."""

    async def enter(runtime: Runtime, _: AsyncExitStack) -> None:
        runtime.resources[AssuranceRules] = AssuranceRules(runtime.database)
        if make is not None:
            runtime.resources[Violations] = _Told(runtime.database, make, runtime.settings.service)

    return enter


class _Told(Violations):
    def __init__(self, database: Database, make: MakeEvent, service: str) -> None:
        self._database = database
        self._make = make
        self._service = service
        self._last: OrderedDict[tuple[UUID, str], datetime] = OrderedDict()

    async def tell(self, violation: Violation) -> None:
        caller = violation.caller
        REFUSED.labels(self._service).inc()
        log.warning("assurance_violated", operation=violation.operation, acr=caller.acr, client=caller.client_id)
        if caller.tenant is None or not self._is_due(caller.subject, violation.operation):
            return
        event = self._make(new_id(), {"operation": violation.operation, "acr": caller.acr})
        seen = {"operation": event.operation, "dataClass": event.data_class, "acr": event.acr}
        async with self._database.transaction(caller.tenant, principal=caller) as session:
            await record(session, "assurance.violated", "assurance_violation", event.violation_id, after=seen)
            await publish(session, event)

    def _is_due(self, subject: UUID, operation: str) -> bool:
        now, key = clock.now(), (subject, operation)
        last = self._last.get(key)
        if last is not None and now - last < TOLD_EVERY:
            return False
        self._last[key] = now
        self._last.move_to_end(key)
        while len(self._last) > MOST_REMEMBERED:
            self._last.popitem(last=False)
        return True
