"""A source runs wild: delivery after delivery, each of which would end most of the roster.

1. A source's roster is in force; then it sends one delivery after another in which most people are missing.
2. The guard holds each plan, nobody is ended; the hand's changes and other callers are served meanwhile.
3. The runbook's steps: the source is switched off, what it sends now is refused; its runs are called off.
4. The register is mended: the source is switched on, its sound delivery changes nothing; everybody is still there.
"""

import time
from uuid import uuid4

from cli.demo.api import Caller, StepFailed
from cli.demo.cast import REGISTER, Cast
from cli.drills.roster import apply, deliver, small
from cli.drills.stage import Stage

_RUNS, _SOURCES = "/sync/v1/runs", "/sync/v1/sources"
_PUPILS, _LEFT = 80, 12
_FLOOD = 6


def run(stage: Stage) -> None:
    """Play it. Figures: people in the roster, seconds of the slowest call of others during the flood."""
    cast = stage.up()
    register, key = cast.as_(REGISTER), f"drill-{uuid4().hex[:8]}"
    body = {"key": key, "name": "Skenande register", "kind": "oneroster_zip"}
    source = f"{_SOURCES}/{register.post(_SOURCES, body)['id']}"
    applied = apply(cast, deliver(cast, small(_PUPILS, seed=71), key))
    stage.demand(applied["state"] == "applied", "the source's roster is in force")
    people = _people(register)
    stage.figures["people"] = len(people)
    stage.demand(len(people) > _PUPILS, f"{len(people)} people are in the roster")
    runs = _flood(stage, cast, key)
    stage.demand(people <= _people(register), "none of them was ended")
    _switch(register, source, is_active=False)
    stage.demand(_is_refused(cast, key), "what a source sends that is switched off is refused")
    for one in runs:
        if register.get(f"{_RUNS}/{one}")["state"] in ("queued", "planned"):
            register.post(f"{_RUNS}/{one}/cancellations", expect=200)
    states = {register.get(f"{_RUNS}/{one}")["state"] for one in runs}
    stage.demand(states <= {"cancelled", "stale"}, "every run of the flood is called off, or was overtaken")
    _switch(register, source, is_active=True)
    again = deliver(cast, small(_PUPILS, seed=71), key)
    register.wait_for_job("sync", again["jobId"])
    counts = register.get(f"{_RUNS}/{again['id']}")["counts"]
    changes = sum(count[what] for count in counts.values() for what in ("created", "changed", "ended"))
    stage.demand(changes == 0, "the mended register's delivery finds everybody as before")


def _flood(stage: Stage, cast: Cast, key: str) -> list[str]:
    register = cast.as_(REGISTER)
    accepted = [deliver(cast, small(_LEFT, seed=71 + number), key) for number in range(_FLOOD)]
    slowest = 0.0
    for path in ("/sync/v1/units?limit=1", "/projects/v1/projects?limit=1", "/training/v1/courses?limit=1"):
        began = time.monotonic()
        register.get(path)
        slowest = max(slowest, time.monotonic() - began)
    began = time.monotonic()
    register.post("/sync/v1/persons", {"givenName": "Prov", "familyName": uuid4().hex[:12]})
    slowest = max(slowest, time.monotonic() - began)
    stage.figures["slowest_call_seconds"] = round(slowest, 2)
    stage.demand(slowest < 10, f"others are served while {_FLOOD} deliveries are read")
    for one in accepted:
        register.wait_for_job("sync", one["jobId"])
    found = [register.get(f"{_RUNS}/{one['id']}") for one in accepted]
    waiting = [one for one in found if one["state"] == "planned"]
    stage.demand(
        bool(waiting) and all(one["guard"] == "held" for one in waiting), "the guard holds what would end most people"
    )
    return [str(one["id"]) for one in accepted]


def _people(register: Caller) -> set[str]:
    """Who is in the roster now."""
    return {row["id"] for row in register.each("/sync/v1/persons") if row["endedAt"] is None}


def _switch(register: Caller, source: str, *, is_active: bool) -> None:
    version = register.get(source)["version"]
    register.send("PATCH", source, json={"isActive": is_active}, headers={"If-Match": f'"{version}"'})


def _is_refused(cast: Cast, key: str) -> bool:
    try:
        deliver(cast, small(_LEFT, seed=99), key)
    except StepFailed as error:
        return "source-inactive" in str(error)
    return False
