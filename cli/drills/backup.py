"""The machine is gone, with its disk: keys and archive lie elsewhere, and the installation comes back from them.

1. A stack runs and follows its log into an archive; its keys are written to a file under a passphrase.
2. Callers write without pause; a person is erased after the base backup was made.
3. Everything is killed at once, and the folders with data, keys and Redis are deleted.
4. `restore keys`, `restore`, `up`.
5. Nothing that was acknowledged more than 60 s before the end is lost, the erased person is not back, and what is
   written now reaches the other services, although Redis began empty.
"""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from cli.backup.archive import FOLDER_VARIABLE, Archive, folders, load_key
from cli.demo.api import Caller, StepFailed
from cli.demo.cast import ADMIN, REGISTER, Cast
from cli.drills.stage import Stage
from cli.servers.postgres import PostgresServer
from cli.servers.provision import role_urls
from cli.stack import keys
from cli.stack.places import ROOT

ALONE = True  # it burns the stack down
PROMISED_RPO = 60.0
PASSPHRASE = "a passphrase of the drill alone"  # noqa: S105
_PERSONS = "/sync/v1/persons"
_EVENT = "sync.roster.applied.v1"
WRITING_SECONDS = 40.0


@dataclass
class Writer(threading.Thread):
    """Makes one person after another; `acknowledged` holds when each id was answered for."""

    caller: Caller
    stop: threading.Event
    acknowledged: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                made = self.caller.post(_PERSONS, {"givenName": "Prov", "familyName": uuid4().hex[:12]})
            except (httpx.HTTPError, StepFailed):  # the end: what was not acknowledged does not count
                continue
            self.acknowledged[made["id"]] = time.time()

    def __hash__(self) -> int:
        return id(self)


def run(stage: Stage) -> None:
    """Play it. Figures: RPO and RTO in seconds, acknowledged and lost writes."""
    outside = stage.folder / "outside"
    outside.mkdir(mode=0o700)
    stage.settings |= {FOLDER_VARIABLE: str(outside / "archive"), "STARTKLAR_KEYS_PASSPHRASE": PASSPHRASE}
    cast = stage.up()
    stage.step("the stack runs and follows its log")
    stage.command("backup", "keys", str(outside / "keys"))
    archive = Archive(outside / "archive", load_key(stage.places.keys / "backup-key"))
    stage.wait("a base backup is there", lambda: bool(folders(archive.bases)), 180)
    stage.step("there is a base backup")
    erased = _erase_somebody(stage, cast)
    writers = _write_for_a_while(stage, cast)
    end = time.time()
    stage.kill_everything()
    for writer in writers:
        writer.stop.set()
    _burn(stage)
    stage.step("the machine is gone: data, keys, Redis and logs")

    begin = time.monotonic()
    stage.command("restore", "keys", str(outside / "keys"))
    report = stage.asked("restore")
    stage.step(f"restored to {report['restored_to']} in {report['seconds']} s: {sum(report['rows'].values())} rows")
    cast = stage.up()
    cast.as_(REGISTER).get(f"{_PERSONS}?limit=1")
    stage.figures["rto_seconds"] = round(time.monotonic() - begin, 1)
    _count(stage, cast, writers, end)
    stage.demand(not _is_named(cast, erased), "who was erased after the backup is not back")
    _goes_on(stage, cast)


def _erase_somebody(stage: Stage, cast: Cast) -> str:
    """A person who is in the base backup is erased as sync does it; the ledger's copy follows within seconds."""
    person = cast.as_(REGISTER).post(_PERSONS, {"givenName": "Glöm", "familyName": "Mig"})["id"]
    stage.command("backup", "now")
    server = PostgresServer(stage.places.postgres)
    url = role_urls(server.admin_url, "sync", secret=keys.install_secret(stage.places))["app"]
    line = json.dumps({"tenant": cast.facts["tenant"], "person": person})
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SYNC_DATABASE_URL": url}
    command = [sys.executable, "-P", "-m", "shared.kit.replay_erasures", "sync"]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, input=line, text=True, capture_output=True)
    stage.demand(not _is_named(cast, person), "a person is erased after the newest backup")
    return str(person)


def _write_for_a_while(stage: Stage, cast: Cast) -> list[Writer]:
    stop = threading.Event()
    writers = [Writer(Caller(cast.gateway, lambda: cast.token(REGISTER)), stop) for _ in range(2)]
    for writer in writers:
        writer.start()
    time.sleep(WRITING_SECONDS)
    written = sum(len(writer.acknowledged) for writer in writers)
    stage.step(f"{written} writes acknowledged in {WRITING_SECONDS:.0f} s, and nobody has stopped writing")
    return writers


def _burn(stage: Stage) -> None:
    stage.demand(stage.places.home not in Path(stage.settings[FOLDER_VARIABLE]).parents, "the archive lies elsewhere")
    stage.places.erase()


def _count(stage: Stage, cast: Cast, writers: list[Writer], end: float) -> None:
    acknowledged = {person: at for writer in writers for person, at in writer.acknowledged.items() if at <= end}
    there = {row["id"] for row in cast.as_(REGISTER).each(_PERSONS)}
    lost = {person: at for person, at in acknowledged.items() if person not in there}
    oldest = max((end - at for at in lost.values()), default=0.0)
    figures: dict[str, Any] = {"acknowledged": len(acknowledged), "lost": len(lost), "rpo_seconds": round(oldest, 1)}
    stage.figures |= figures
    stage.demand(bool(acknowledged), "there were writes to lose")
    stage.demand(
        oldest <= PROMISED_RPO, f"of {len(acknowledged)} writes none older than 60 s is lost ({len(lost)} were)"
    )


def _is_named(cast: Cast, person: str) -> bool:
    found = [row for row in cast.as_(REGISTER).each(_PERSONS) if row["id"] == person]
    return any(row.get("givenName") or row.get("familyName") for row in found)


def _goes_on(stage: Stage, cast: Cast) -> None:
    """A write after the restore becomes an event that webhooks has taken in: sequencer, Redis and feeds work."""
    admin = cast.as_(ADMIN)

    def events() -> set[str]:
        return {event["id"] for event in admin.each(f"/webhooks/v1/events?types={_EVENT}")}

    known = events()
    cast.as_(REGISTER).post(_PERSONS, {"givenName": "Ny", "familyName": "Efteråt"})
    stage.wait("the event of a new write arrives in webhooks", lambda: bool(events() - known))
    stage.demand(bool(events() - known), "what is written now reaches the other services, from an empty Redis")
