"""A federation's feed breaks: first it is away, then it is signed by a key that nobody has approved.

1. The federation's operator signs by another key: what comes is not believed, and the fault is named.
2. Municipalities of the federation log in by what was in force; it stays in force until its own end.
3. The runbook's steps: the key is compared by telephone, the new one pinned beside the old, the feed read.
4. The feed is fresh again, and logins work. The former key is taken away, and is worth nothing.
"""

from typing import Any

from cli.demo.cast import Cast
from cli.demo.login import LoginFailed
from cli.drills.certificates import Directory, make
from cli.drills.stage import Stage
from shared.auth import Scope

_FEDERATIONS = "/identity/v1/federations"
_OPERATOR, _PERSON = "drift", "admin-vasterby"
_EVERY = "openid " + " ".join(scope.value for scope in Scope)


def run(stage: Stage) -> None:
    """Play it."""
    cast, directory = stage.up(), Directory(stage)
    feed = Feed(cast)
    former = list(feed.read()["signers"])
    stage.demand(_logs_in(cast), "a municipality of the federation logs in")
    key, fingerprint = make("federation.example", 900, curve=True)
    try:
        with directory.kept():
            directory.change("federation", key)
            _play(stage, cast, feed, former, fingerprint)
    finally:
        feed.pin(*former)
    stage.wait("the feed is believed as before", lambda: feed.look()["fault"] is None)
    stage.demand(feed.read()["isFresh"], "the feed is as before")


def _play(stage: Stage, cast: Cast, feed: "Feed", former: list[str], fingerprint: str) -> None:
    told = feed.look()
    stage.demand(told["fault"] == "unknown_signer", "what a strange key has signed is not believed, and it is said")
    stage.demand(_logs_in(cast), "people log in by what was in force")
    feed.pin(*former, fingerprint)
    stage.wait("the feed is believed", lambda: feed.look()["fault"] is None)
    stage.demand(feed.read()["isFresh"], "with the new key pinned the feed is fresh")
    feed.pin(fingerprint)
    stage.wait("the feed is read", lambda: feed.look()["fault"] is None)
    stage.demand(_logs_in(cast), "people log in by the new feed")


class Feed:
    """The demo federation, as the platform's operator keeps it."""

    def __init__(self, cast: Cast) -> None:
        self._operator = cast.with_scope(_OPERATOR, _EVERY)
        found = next(one for one in self._operator.each(_FEDERATIONS) if one["name"] == "Demo federation")
        self._path = f"{_FEDERATIONS}/{found['id']}"

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = self._operator.get(self._path)
        return found

    def look(self) -> dict[str, Any]:
        """Have the feed read now; what stands there afterwards."""
        job = self._operator.post(f"{self._path}/refreshes", expect=202)["jobId"]
        self._operator.wait_for_job("identity", job)
        return self.read()

    def pin(self, *signers: str) -> None:
        headers = {"If-Match": f'"{self.read()["version"]}"'}
        self._operator.send("PATCH", self._path, json={"signers": list(signers)}, headers=headers)


def _logs_in(cast: Cast) -> bool:
    try:
        return bool(cast.tokens(_PERSON, cast.tenant_of(_PERSON), "openid")["access_token"])
    except LoginFailed:
        return False
