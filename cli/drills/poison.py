"""One event cannot be applied and one job always fails: both are set aside in sight, and everybody else goes on.

1. A fault in webhooks' database refuses one tenant's roster events; one in sync's refuses one person's export.
2. The event is tried five times, then parked, and the tenant's later ones wait behind it; other tenants do not wait.
3. The job is tried three times and ends as failed; the same work for others succeeds meanwhile.
4. `./startklar stuck` names both and the fault. The cause is mended, the event is replayed, the work asked for again.
5. Every event has arrived, once and in order; nothing stands still any more.
"""

import re
from typing import Any
from uuid import uuid4

from cli.demo.cast import ADMIN, REGISTER, Cast
from cli.drills.stage import DrillFailed, Stage

_TYPE = "sync.roster.applied.v1"
_BREAK = """
CREATE OR REPLACE FUNCTION drill_fault() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the drill refuses this row'; END $$;
CREATE OR REPLACE TRIGGER drill_fault BEFORE {event} ON {table} FOR EACH ROW
WHEN ({when}) EXECUTE FUNCTION drill_fault()
"""
_MEND = "DROP FUNCTION IF EXISTS drill_fault() CASCADE"


def run(stage: Stage) -> None:
    """Play it."""
    cast = stage.up()
    before, tenant = len(_arrived(cast)), cast.facts["tenant"]
    person, other = _person(cast), _person(cast)
    stage.wait("what happened before has arrived", lambda: len(_arrived(cast)) >= before + 2)
    known = len(_arrived(cast))
    when = f"NEW.type = '{_TYPE}' AND NEW.tenant_id = '{tenant}'"
    stage.sql("webhooks", _BREAK.format(event="INSERT", table="public_event", when=when))
    when = f"NEW.person_id = '{person}' AND NEW.state <> OLD.state"
    stage.sql("sync", _BREAK.format(event="UPDATE", table="person_export", when=when))
    try:
        _play(stage, cast, person, other)
    finally:
        stage.sql("webhooks", _MEND)
        stage.sql("sync", _MEND)
    stage.step("the causes are mended")
    stage.command("stuck", "webhooks", "--replay", "sync", "--tenant", tenant)
    stage.wait("the events arrive", lambda: len(_arrived(cast)) >= known + 3)
    stage.demand(len(_arrived(cast)) == known + 3, "each event that waited arrived once")
    times = [str(event["occurredAt"]) for event in _arrived(cast)]
    stage.demand(times == sorted(times), "in the order in which things happened")
    stage.demand("event" not in stage.command("stuck", "webhooks"), "no event stands still any more")
    _export(stage, cast, person)
    stage.demand(True, "the work that failed succeeds when it is asked for again")


def _play(stage: Stage, cast: Cast, person: str, other: str) -> None:
    for _ in range(3):
        _person(cast)
    failed = cast.as_(ADMIN).post("/sync/v1/person-exports", {"personId": person}, expect=202)["id"]
    _export(stage, cast, other)
    stage.demand(True, "the same work for others succeeds meanwhile")
    stage.wait("the job has failed", lambda: "job failed" in stage.command("stuck", "sync"))
    told = stage.command("stuck", "sync")
    stage.demand(bool(re.search(r"job failed .*attempts=3 problem=job-failed", told)), "a job is tried three times")
    stage.demand(cast.as_(ADMIN).get(f"/sync/v1/person-exports/{failed}")["state"] != "ready", "and says so")
    stage.wait("the event is parked", lambda: "event parked" in stage.command("stuck", "webhooks"))
    told = stage.command("stuck", "webhooks")
    stage.demand(
        bool(re.search(rf"event parked owner=sync .*type={_TYPE} attempts=5 .*behind=2", told)),
        "the event is parked after five attempts, with two that wait behind it",
    )
    stage.demand("refuses this row" not in told, "its fault is named without what the row holds")
    _others_go_on(stage, cast)


def _others_go_on(stage: Stage, cast: Cast) -> None:
    """Another tenant's events, and this tenant's of another service."""
    leader = cast.as_("admin-soderby")
    made = leader.post(
        "/webhooks/v1/endpoints", {"url": "http://127.0.0.1:9/", "description": "", "eventTypes": [_TYPE]}
    )
    path = "/webhooks/v1/events?types=webhooks.endpoint.created.v1"

    def is_there() -> bool:
        return any(event["data"].get("endpointId") == made["id"] for event in leader.each(path))

    stage.wait("another tenant's event arrives", is_there)
    stage.demand(is_there(), "another tenant's events arrive meanwhile")
    leader.send("DELETE", f"/webhooks/v1/endpoints/{made['id']}", headers={"If-Match": '"1"'}, expect=204)


def _export(stage: Stage, cast: Cast, person: str) -> None:
    admin = cast.as_(ADMIN)
    made = admin.post("/sync/v1/person-exports", {"personId": person}, expect=202)
    path = f"/sync/v1/person-exports/{made['id']}"
    stage.wait("a copy of what is held is ready", lambda: admin.get(path)["state"] == "ready")
    if admin.get(path)["state"] != "ready":
        raise DrillFailed(f"{path} is not ready")


def _person(cast: Cast) -> str:
    body = {"givenName": "Prov", "familyName": uuid4().hex[:12]}
    return str(cast.as_(REGISTER).post("/sync/v1/persons", body)["id"])


def _arrived(cast: Cast) -> list[dict[str, Any]]:
    return list(cast.as_(ADMIN).each(f"/webhooks/v1/events?types={_TYPE}"))
