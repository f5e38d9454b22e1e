"""A federation's feed as the platform's operators keep it: fresh, guarded against shrinking, its signer exchanged."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from shared.kit import clock
from tests.e2e.house import ADMIN, OPERATOR, House, problem, wait
from tests.identity.federation.metadata import NOW, Aggregate, members, signer

pytestmark = pytest.mark.stack

FEDERATIONS = "/identity/v1/federations"
HOSTS = tuple(f"idp{number}.federation.example" for number in range(4))


class Feed:
    """A web server that answers with the last document that was published."""

    def __init__(self) -> None:
        self.document = b""
        self._number = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/all.xml"

    def publish(self, *hosts: str, by: str = "operator") -> None:
        """A newer document with these members."""
        self._number += 1
        now = clock.now()
        end, made = now + timedelta(days=5, minutes=self._number), now - timedelta(hours=1, minutes=-self._number)
        self.document = Aggregate(members(*hosts), valid_for=end - NOW, published_at=made).signed(by)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(feed.document)))
                self.end_headers()
                self.wfile.write(feed.document)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
                """Quiet."""

        return Handler


@pytest.fixture
def feed() -> Iterator[Feed]:
    feed = Feed()
    yield feed
    feed.stop()


class Kept:
    """A federation at the platform."""

    def __init__(self, house: House, feed: Feed) -> None:
        self.house = house
        body = {"name": "Provfederation", "url": feed.url, "signers": [signer().fingerprint], "intervalSeconds": 300}
        self.path = f"{FEDERATIONS}/{house.made(FEDERATIONS, body, OPERATOR)['id']}"

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = self.house.read(self.path, OPERATOR)
        return found

    def look(self) -> dict[str, Any]:
        """Have the feed read now; what stands there afterwards."""
        job = self.house.made(f"{self.path}/refreshes", None, OPERATOR, status=202)["jobId"]
        self.house.job("identity", job, OPERATOR)
        return self.read()

    def decide(self, how: str, generation: str) -> Any:
        return self.house.ask("POST", f"{self.path}/{how}", OPERATOR, json={"generationId": generation})

    def pin(self, *signers: str) -> None:
        headers = {"If-Match": f'"{self.read()["version"]}"'}
        body = {"signers": [signer(one).fingerprint for one in signers]}
        assert self.house.ask("PATCH", self.path, OPERATOR, json=body, headers=headers).status_code == 200

    def hosts(self) -> set[str]:
        """Whom logins may go to, each with the age of what is known of it."""
        listed = self.house.each(f"{self.path}/entities", OPERATOR)
        assert all(one["isFresh"] and one["ageSeconds"] < 60 for one in listed)
        return {one["entityId"].removeprefix("https://").removesuffix("/idp") for one in listed}


def test_a_feed_is_believed_as_long_as_it_is_signed_by_who_is_pinned_and_does_not_shrink(
    house: House, feed: Feed
) -> None:
    feed.publish(*HOSTS)
    kept = Kept(house, feed)
    wait(lambda: kept.read()["identityProviders"] == 4, "the feed is read at once")
    assert kept.read()["isFresh"]
    assert kept.hosts() == set(HOSTS)

    feed.publish(*HOSTS[:2])
    waiting = kept.look()
    assert (waiting["identityProviders"], waiting["pendingGenerationId"] is not None) == (4, True)
    assert kept.hosts() == set(HOSTS), "logins go on by what was in force"
    problem(house.ask("POST", f"{kept.path}/approvals", ADMIN, json={"generationId": waiting["id"]}), 403)
    problem(kept.decide("approvals", waiting["currentGenerationId"]), 409)
    actions = {one["action"]: one["allowed"] for one in waiting["allowedActions"]}
    assert actions == {"change": True, "refresh": True, "approve": True, "refuse": True}
    assert kept.decide("approvals", waiting["pendingGenerationId"]).status_code == 200
    assert kept.hosts() == set(HOSTS[:2])
    assert [one["allowed"] for one in kept.read()["allowedActions"] if one["action"] == "approve"] == [False]

    feed.publish(*HOSTS[:2], by="successor")
    assert (kept.look()["fault"], kept.hosts()) == ("unknown_signer", set(HOSTS[:2]))
    kept.pin("operator", "successor")
    wait(lambda: kept.read()["fault"] is None, "a changed pin is tried at once")
    kept.pin("successor")
    feed.publish(*HOSTS[:2], by="operator")
    # The look that the changed pin began may still have the feed to itself.
    wait(lambda: kept.look()["fault"] == "unknown_signer", "the former key is worth nothing any more")


def test_each_municipality_sees_how_fresh_the_demo_federation_is(house: House) -> None:
    found = next(one for one in house.each(FEDERATIONS, ADMIN) if one["name"] == "Demo federation")
    assert (found["isFresh"], found["fault"]) == (True, None)
    assert len(house.each(f"{FEDERATIONS}/{found['id']}/entities", ADMIN)) == found["identityProviders"] == 4
