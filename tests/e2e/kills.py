"""Callers who write without pause while one process after another is killed under them."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from cli.demo.listener import Listener
from tests.e2e.house import ADMIN, LEADER, House, wait
from tests.e2e.projects import PLAN, PROJECTS

INSTANTIATED = "projects.project.instantiated.v1"
VICTIMS = ("webhooks-worker", "projects", "redis", "projects-worker", "projects", "postgres")
ENOUGH = 10
# Seconds: on a busy machine a process that holds every service needs half a minute until it is back.
_PATIENCE = 100
_TRY_AGAIN = (409, 502, 503, 504)


class Writer(threading.Thread):
    """Makes one plan after another; a request that gets no answer is repeated under its key until it does.

    `acknowledged` holds ids by name, `refused` every answer that no caller should get from a stack in trouble.
    """

    def __init__(self, house: House, name: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.acknowledged: dict[str, str] = {}
        self.refused: list[str] = []
        self.unanswered = 0
        self._house = house
        self._name = name
        self._stopped = stop

    def run(self) -> None:
        number = 0
        while not self._stopped.is_set():
            number += 1
            self._write(f"{self._name} {number}", str(uuid4()))
            time.sleep(0.05)

    def _write(self, name: str, key: str) -> None:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            answer = self._answer(name, key)
            if answer is not None and answer.status_code == 201:
                self.acknowledged[name] = answer.json()["id"]
                return
            if answer is not None and answer.status_code not in _TRY_AGAIN:
                self.refused.append(answer.text[:300])
            self.unanswered += 1
            time.sleep(0.1)
        self.refused.append(f"{name} was never acknowledged")

    def _answer(self, name: str, key: str) -> httpx.Response | None:
        headers = {"Idempotency-Key": key}
        try:
            return self._house.ask("POST", PROJECTS, LEADER, json=PLAN | {"name": name}, headers=headers)
        except httpx.HTTPError:
            return None


@dataclass(frozen=True)
class Aftermath:
    """What the writers saw, what stood before them, and who listened to their events."""

    house: House
    writers: list[Writer]
    listener: Listener
    before: set[str]
    restarts: dict[str, int]

    @property
    def acknowledged(self) -> dict[str, str]:
        """Ids of plans by name."""
        return {name: made for writer in self.writers for name, made in writer.acknowledged.items()}

    def projects(self) -> list[dict[str, Any]]:
        """Every plan that the writers have made, whether they know of it or not."""
        return [project for project in self.house.each(PROJECTS) if project["id"] not in self.before]

    def logged(self) -> list[str]:
        """The plans whose events stand in the public event log, in its order."""
        made = set(self.acknowledged.values())
        events = self.house.each(f"/webhooks/v1/events?types={INSTANTIATED}", ADMIN)
        return [event["data"]["projectId"] for event in events if event["data"]["projectId"] in made]


def kill_while_writing(house: House, listener: Listener, victims: Sequence[str] = VICTIMS) -> Aftermath:
    """Three writers, and kill -9 of every victim in turn; returns when all are back and the writers have ended."""
    body = {"url": listener.url, "description": "kills", "eventTypes": [INSTANTIATED]}
    listener.secret = house.made("/webhooks/v1/endpoints", body, ADMIN)["secret"]
    before = {project["id"] for project in house.each(PROJECTS)}
    restarts = {name: int(house.note(name)["restarts"]) for name in victims}
    stop = threading.Event()
    writers = [Writer(house, f"Skrivare {letter}", stop) for letter in "ABC"]
    for writer in writers:
        writer.start()
    for name in victims:
        time.sleep(0.7)
        house.wait_until_back(name, house.kill(name))
    wait(lambda: sum(len(writer.acknowledged) for writer in writers) > ENOUGH, "the writers go on", seconds=60)
    stop.set()
    for writer in writers:
        writer.join(_PATIENCE)
    for path in ("/webhooks/v1/events", "/sync/v1/runs", "/training/v1/courses", "/identity/v1/accounts"):
        # A connection that died with PostgreSQL is noticed by its first user, who gets a 503.
        wait(lambda path=path: house.ask("GET", path, ADMIN).status_code == 200, f"{path} answers")  # type: ignore[misc]
    return Aftermath(house, writers, listener, before, restarts)
