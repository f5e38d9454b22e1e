"""The database's disk is full: what cannot be stored is refused with 503, nothing is lost, reading goes on.

1. The tables of webhooks' deliveries and of the roster's people get a small disk of their own (needs root).
2. The disk is filled to the last byte; callers go on writing and reading.
3. Writes are answered with 503 and Retry-After; what was acknowledged before is there; reads go on.
4. The runbook's step: room is made. Writes are taken again, by the same processes: nobody was restarted.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from cli.demo.cast import REGISTER, Cast
from cli.drills.stage import Stage

_PERSONS = "/sync/v1/persons"
_TABLES = ("person", "journal_entry", "outbox", "idempotency")
_MEGABYTES = 48


def run(stage: Stage) -> None:
    """Play it. Figures: writes acknowledged before the disk was full, and answered with 503 while it was."""
    if os.geteuid() != 0:
        stage.step("left out: a small disk can only be mounted by root")
        return
    cast = stage.up()
    disk = stage.folder / "disk"
    disk.mkdir(exist_ok=True)
    stage.folder.chmod(0o711)
    _shell("mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m,mode=0755", "startklar-drill", str(disk))
    try:
        _move_onto(stage, disk)
        _play(stage, cast, disk)
    finally:
        (disk / "ballast").unlink(missing_ok=True)
        _move_back(stage)
        _shell("umount", str(disk))


def _play(stage: Stage, cast: Cast, disk: Path) -> None:
    before = {name: stage.process(name).pid for name in ("postgres", "sync", "sync-worker")}
    kept = [_write(cast) for _ in range(3)]
    stage.demand(all(one.status_code == httpx.codes.CREATED for one in kept), "writes are taken while there is room")
    _fill(disk)
    stage.step("the disk is full")
    answers = [_write(cast)]
    until = time.monotonic() + 60
    while answers[-1].status_code == httpx.codes.CREATED and time.monotonic() < until:
        answers.append(_write(cast))  # pages that are there already have room for some more
    kept += [one for one in answers if one.status_code == httpx.codes.CREATED]
    refused = answers[-1]
    stage.figures |= {"acknowledged": len(kept), "refused_with": refused.status_code}
    stage.demand(refused.status_code == httpx.codes.SERVICE_UNAVAILABLE, "a write that finds no room gets 503")
    told = refused.json()
    stage.demand(
        told["type"].endswith("/unavailable") and "Retry-After" in refused.headers, "it says that it can be tried again"
    )
    there = {row["id"] for row in cast.as_(REGISTER).each(_PERSONS)}
    stage.demand({one.json()["id"] for one in kept} <= there, "reads go on, and what was acknowledged is there")
    (disk / "ballast").unlink()
    stage.step("room is made")
    stage.wait("writes are taken again", lambda: _write(cast).status_code == httpx.codes.CREATED)
    stage.demand(_write(cast).status_code == httpx.codes.CREATED, "writes are taken again")
    after = {name: stage.process(name).pid for name in before}
    stage.demand(after == before, "by the same processes: nobody was restarted")


def _move_onto(stage: Stage, disk: Path) -> None:
    place = disk / "tables"
    place.mkdir()
    owner = stage.places.postgres.stat()
    os.chown(place, owner.st_uid, owner.st_gid)
    place.chmod(0o700)
    stage.sql("sync", f"CREATE TABLESPACE startklar_drill LOCATION '{place}'")
    _each(stage, "startklar_drill")


def _move_back(stage: Stage) -> None:
    if stage.sql("sync", "SELECT 1 FROM pg_tablespace WHERE spcname = $1", "startklar_drill"):
        _each(stage, "pg_default")
        stage.sql("sync", "DROP TABLESPACE startklar_drill")


def _each(stage: Stage, space: str) -> None:
    for table in _TABLES:
        stage.sql("sync", f"SET lock_timeout = '20s'; ALTER TABLE {table} SET TABLESPACE {space}")
        query = "SELECT indexname FROM pg_indexes WHERE tablename = $1 AND schemaname = 'public'"
        for (index,) in stage.sql("sync", query, table):
            stage.sql("sync", f"SET lock_timeout = '20s'; ALTER INDEX {index} SET TABLESPACE {space}")


def _fill(disk: Path) -> None:
    """To the last byte; the file system says when."""
    with (disk / "ballast").open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 512):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    assert shutil.disk_usage(disk).free < 8192  # noqa: S101 - else nothing is tried


def _write(cast: Cast) -> httpx.Response:
    token, body = _token(cast), {"givenName": "Prov", "familyName": uuid4().hex * 2}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    return httpx.post(f"{cast.gateway}{_PERSONS}", json=body, headers=headers, timeout=60, trust_env=False)


_kept: dict[str, Any] = {}


def _token(cast: Cast) -> str:
    if _kept.get("until", 0) < time.monotonic():
        _kept.update(token=cast.token(REGISTER), until=time.monotonic() + 200)
    return str(_kept["token"])


def _shell(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
