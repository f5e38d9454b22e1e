"""A subscriber is down, another answers after many seconds, and events come in a storm: everybody else is served.

1. Three endpoints of one tenant: one is sound, one hangs, one refuses; and one of another tenant, which is sound.
2. A storm of events: the sound ones get theirs within seconds, the deliveries to the others wait for their turn.
3. The runbook's step: the endpoint that hurts is disabled; nothing more is sent there.
4. The subscriber is mended and enabled: the event log holds what it missed, failed deliveries are sent again.
"""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from cli.demo.api import Caller
from cli.demo.cast import ADMIN, REGISTER, Cast
from cli.drills.stage import Stage

_TYPE = "sync.roster.applied.v1"
_ENDPOINTS = "/webhooks/v1/endpoints"
_STORM = 30
_HANG = 12.0
_AGAIN = 3
_SCOPES = "openid endpoints:read endpoints:write deliveries:read deliveries:write events:read"


class Subscriber:
    """Counts what it gets; `status` is its answer, after `pause` seconds."""

    def __init__(self, status: int = 204, pause: float = 0.0) -> None:
        self.status, self.pause = status, pause
        self.got: list[str] = []
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", "0")))
                subscriber.got.append(self.headers.get("webhook-id", ""))
                time.sleep(subscriber.pause)
                self.send_response(subscriber.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def stop(self) -> None:
        self._server.shutdown()


def run(stage: Stage) -> None:
    """Play it. Figures: seconds until the sound subscriber had all, and until another tenant had its event."""
    cast = stage.up()
    admin, other = cast.with_scope(ADMIN, _SCOPES), cast.as_("admin-soderby")
    sound, hung, broken, foreign = Subscriber(), Subscriber(pause=_HANG), Subscriber(500), Subscriber()
    made = [(admin, _subscribe(admin, one)) for one in (sound, hung, broken)]
    made.append((other, _subscribe(other, foreign)))
    try:
        _storm(stage, cast, sound)
        _others(stage, other, made[3][1], foreign)
        _missed(stage, admin, made[2][1])
        _disable(stage, admin, made[1][1], hung)
        _mend(stage, admin, made[1][1], hung)
    finally:
        for caller, endpoint in made:
            version = caller.get(f"{_ENDPOINTS}/{endpoint}")["version"]
            headers = {"If-Match": f'"{version}"'}
            caller.send("DELETE", f"{_ENDPOINTS}/{endpoint}", headers=headers, expect=204)
        for subscriber in (sound, hung, broken, foreign):
            subscriber.stop()


def _subscribe(caller: Caller, subscriber: Subscriber) -> str:
    body = {"url": subscriber.url, "description": "drill", "eventTypes": [_TYPE]}
    return str(caller.post(_ENDPOINTS, body)["id"])


def _storm(stage: Stage, cast: Cast, sound: Subscriber) -> None:
    began = time.monotonic()
    for _ in range(_STORM):
        cast.as_(REGISTER).post("/sync/v1/persons", {"givenName": "Prov", "familyName": uuid4().hex[:12]})
    written = time.monotonic()
    stage.step(f"a storm of {_STORM} events in {written - began:.0f} s")
    stage.wait("the sound subscriber has all", lambda: len(set(sound.got)) >= _STORM)
    stage.figures["sound_seconds"] = round(time.monotonic() - written, 1)
    stage.demand(time.monotonic() - written < _HANG, "the sound subscriber has all and waits for nobody")


def _others(stage: Stage, other: Caller, endpoint: str, foreign: Subscriber) -> None:
    began = time.monotonic()
    other.post(f"{_ENDPOINTS}/{endpoint}/test-deliveries", expect=202)
    stage.wait("the other tenant has its event", lambda: bool(foreign.got))
    stage.figures["foreign_seconds"] = round(time.monotonic() - began, 1)
    stage.demand(bool(foreign.got), "another tenant's delivery does not wait behind the storm")


def _disable(stage: Stage, admin: Caller, endpoint: str, hung: Subscriber) -> None:
    waiting = sum(1 for _ in admin.each(f"/webhooks/v1/deliveries?endpointId={endpoint}&state=pending"))
    stage.demand(waiting > 0, f"{waiting} deliveries wait for the subscriber that hangs, and for it alone")
    _switch(admin, endpoint, "disabled")
    time.sleep(1)
    before = len(hung.got)
    time.sleep(_HANG)
    stage.demand(len(hung.got) == before, "nothing more is sent to a disabled endpoint")


def _missed(stage: Stage, admin: Caller, endpoint: str) -> None:
    missed = {row["eventId"] for row in admin.each(f"/webhooks/v1/deliveries?endpointId={endpoint}")}
    stage.demand(len(missed) >= _STORM, "every event that the broken subscriber missed stands in its delivery log")
    held = {row["id"] for row in admin.each(f"/webhooks/v1/events?types={_TYPE}")}
    stage.demand(missed <= held, "and all of them can be read from the event log")


def _mend(stage: Stage, admin: Caller, endpoint: str, hung: Subscriber) -> None:
    path = f"/webhooks/v1/deliveries?endpointId={endpoint}"
    stage.wait("what was due is discarded", lambda: len(list(admin.each(f"{path}&state=discarded"))) >= _AGAIN)
    hung.pause = 0.0
    _switch(admin, endpoint, "enabled")
    wanted = [row["id"] for row in admin.each(f"{path}&state=discarded")][:_AGAIN]
    before = len(hung.got)
    for delivery in wanted:
        admin.post(f"/webhooks/v1/deliveries/{delivery}/redeliveries", expect=202)
    stage.wait("what was asked for again arrives", lambda: len(hung.got) >= before + _AGAIN)
    stage.demand(len(hung.got) >= before + _AGAIN, "what is asked for again arrives at the mended one")


def _switch(admin: Caller, endpoint: str, state: str) -> None:
    version = admin.get(f"{_ENDPOINTS}/{endpoint}")["version"]
    headers = {"If-Match": f'"{version}"'}
    admin.send("PATCH", f"{_ENDPOINTS}/{endpoint}", json={"state": state}, headers=headers)
