"""Redis hangs, then dies with all that it held: nobody is refused, nothing is lost, and it is only slower meanwhile.

1. Redis is frozen, as a machine is that swaps: whoever asks it waits for an answer that does not come.
2. Callers log in, write and read; long work is asked for. The workers find it by their sweeps.
3. Redis is killed and its files are removed: an empty one takes its place (the runbook's one step).
4. Every event of what was written has arrived, the work is done, and new events travel as before.
"""

import shutil
import signal
import time
from uuid import uuid4

from cli.demo.cast import ADMIN, REGISTER, Cast
from cli.drills.stage import Stage

_PERSONS = "/sync/v1/persons"
_EVENTS = "/webhooks/v1/events?types=sync.roster.applied.v1"
_WRITES = 10


def run(stage: Stage) -> None:
    """Play it. Figures: seconds of the slowest write while Redis hung, and until the last event had arrived."""
    cast = stage.up()
    admin = cast.as_(ADMIN)
    known = _events(cast)
    redis = stage.process("redis")
    redis.send_signal(signal.SIGSTOP)
    try:
        stage.step("Redis hangs")
        Cast(cast.facts).as_(REGISTER).get(f"{_PERSONS}?limit=1")
        stage.demand(True, "people log in and read while Redis hangs")
        slowest, person = _write(cast)
        stage.figures["slowest_write_seconds"] = round(slowest, 2)
        stage.demand(slowest < 5, f"{_WRITES} writes are acknowledged, none waits for Redis")
        asked = admin.post("/sync/v1/person-exports", {"personId": person}, expect=202)
        path = f"/sync/v1/person-exports/{asked['id']}"
        stage.wait("long work is done by sweeps", lambda: admin.get(path)["state"] == "ready")
        stage.demand(admin.get(path)["state"] == "ready", "long work goes on without Redis")
    finally:
        redis.send_signal(signal.SIGCONT)
    began = time.monotonic()
    _lose(stage)
    stage.step("Redis is back, and empty")
    stage.wait("every event has arrived", lambda: len(_events(cast) - known) >= _WRITES)
    stage.figures["caught_up_seconds"] = round(time.monotonic() - began, 1)
    stage.demand(len(_events(cast) - known) >= _WRITES, f"the events of all {_WRITES} writes arrived")
    known = _events(cast)
    _write(cast, 1)
    stage.wait("a new event arrives", lambda: bool(_events(cast) - known))
    stage.demand(bool(_events(cast) - known), "new events travel as before")


def _write(cast: Cast, times: int = _WRITES) -> tuple[float, str]:
    """Persons made one after another: seconds of the slowest, and the last one's id."""
    register, slowest, person = cast.as_(REGISTER), 0.0, ""
    for _ in range(times):
        began = time.monotonic()
        person = register.post(_PERSONS, {"givenName": "Prov", "familyName": uuid4().hex[:12]})["id"]
        slowest = max(slowest, time.monotonic() - began)
    return slowest, person


def _events(cast: Cast) -> set[str]:
    return {event["id"] for event in cast.as_(ADMIN).each(_EVENTS)}


def _lose(stage: Stage) -> None:
    """Kill it and remove its files before the stack starts another."""
    folder = stage.places.redis
    supervisor_sees = stage.process("redis")
    supervisor_sees.send_signal(signal.SIGKILL)
    for found in (folder / "appendonlydir", folder / "dump.rdb"):
        shutil.rmtree(found, ignore_errors=True)
    stage.wait("Redis runs again", lambda: stage.is_back("redis", supervisor_sees.pid))
