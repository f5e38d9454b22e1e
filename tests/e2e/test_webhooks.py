"""Webhooks arrive signed, are tried again, and go nowhere that they should not."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from cli.demo.listener import Listener
from tests.e2e.house import ADMIN, House, problem, wait
from tests.e2e.projects import plan

pytestmark = pytest.mark.stack

INSTANTIATED = "projects.project.instantiated.v1"


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.stop()


def _subscribe(house: House, url: str, *types: str) -> dict[str, Any]:
    return house.made("/webhooks/v1/endpoints", {"url": url, "description": "e2e", "eventTypes": list(types)}, ADMIN)


def _unsubscribe(house: House, endpoint: dict[str, Any]) -> None:
    path = f"/webhooks/v1/endpoints/{endpoint['id']}"
    version = house.ask("GET", path, ADMIN).headers["etag"]
    assert house.ask("DELETE", path, ADMIN, headers={"If-Match": version}).status_code == 204


def test_an_event_is_delivered_with_a_signature_and_stands_in_the_log(house: House, listener: Listener) -> None:
    endpoint = _subscribe(house, listener.url, INSTANTIATED)
    listener.secret = endpoint["secret"]
    project = plan(house, name="Webhook")

    event = listener.wait_for(lambda event: event["data"]["projectId"] == project["id"])

    assert event["type"] == INSTANTIATED
    assert listener.refused == 0
    logged = house.read(f"/webhooks/v1/events/{event['id']}" if "id" in event else "/webhooks/v1/events", ADMIN)
    assert logged

    def is_noted() -> bool:
        rows = house.each(f"/webhooks/v1/deliveries?endpointId={endpoint['id']}", ADMIN)
        return any(row["state"] == "delivered" for row in rows)

    wait(is_noted, "the delivery log says delivered")
    _unsubscribe(house, endpoint)


class Stubborn:
    """A receiver that fails the first time, and keeps what it got."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        stubborn = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                stubborn.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(500 if len(stubborn.got) == 1 else 204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"


def test_a_failed_delivery_is_tried_again_with_the_same_id(house: House) -> None:
    receiver = Stubborn()
    try:
        endpoint = _subscribe(house, receiver.url, INSTANTIATED)
        plan(house, name="Igen")
        wait(lambda: len(receiver.got) >= 2, "the second attempt came", seconds=30)
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
    (first, body), (second, again) = receiver.got[:2]
    assert first["webhook-id"] == second["webhook-id"]
    assert body == again
    Webhook(endpoint["secret"]).verify(again, second)
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(again.replace(b"project", b"Project"), second)
    assert "Igen" not in json.dumps(json.loads(body)), "ids and codes travel, names do not"
    _unsubscribe(house, endpoint)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0/",
        "http://100.64.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://user:secret@127.0.0.1/",
        "http://",
        "not a url",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/\r\nX-A: b",
        "x" * 3000,
    ],
)
def test_an_address_that_may_not_be_called_is_refused_at_once(house: House, url: str) -> None:
    body = {"url": url, "description": "", "eventTypes": [INSTANTIATED]}
    problem(house.ask("POST", "/webhooks/v1/endpoints", ADMIN, json=body), 422)


def test_a_subscription_to_an_event_that_does_not_exist_names_the_place(house: House) -> None:
    body = {"url": "http://127.0.0.1:9/", "description": "", "eventTypes": ["projects.gate.exploded.v1"]}
    told = problem(house.ask("POST", "/webhooks/v1/endpoints", ADMIN, json=body), 422)
    assert told["errors"][0]["pointer"].startswith("#/eventTypes")


def test_a_secret_is_shown_once(house: House) -> None:
    endpoint = _subscribe(house, "http://127.0.0.1:9/", INSTANTIATED)
    assert endpoint["secret"].startswith("whsec_")
    shown = house.read(f"/webhooks/v1/endpoints/{endpoint['id']}", ADMIN)
    assert endpoint["secret"] not in json.dumps(shown)
    _unsubscribe(house, endpoint)
