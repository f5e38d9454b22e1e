"""Rosters as a register sends them, whole and spoilt, and the way of one through the API."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx

from cli.demo_roster import joined, oneroster
from cli.demo_roster.municipality import build
from tests.e2e.house import REGISTER, House

Files = dict[str, bytes]
SOURCE = "e2e-register"


@cache
def roster(pupils: int = 60, seed: int = 5) -> bytes:
    """A small municipality as a OneRoster 1.2 bulk zip."""
    return oneroster.write(build(pupils=pupils, seed=seed, staff_share=0.01), frozenset())


@cache
def joined_roster(pupils: int = 60, seed: int = 5) -> bytes:
    """The same as joined total files, to be read with `JOINED`."""
    return joined.write(build(pupils=pupils, seed=seed, staff_share=0.01), frozenset())


JOINED = joined.MAPPING


def changed(content: bytes, change: Callable[[Files], Files]) -> bytes:
    """The zip with other files in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    return zipped(change(files))


def zipped(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in files.items():
            packed.writestr(name, body)
    return buffer.getvalue()


def with_users(change: Callable[[str], bytes]) -> bytes:
    """The roster with another `users.csv`."""
    return changed(roster(), lambda files: files | {"users.csv": change(files["users.csv"].decode("utf-8-sig"))})


def announce(house: House, content: bytes, **more: Any) -> httpx.Response:
    """Say what will be sent; `more` replaces fields of the body."""
    body = {
        "kind": "oneroster_zip",
        "source": SOURCE,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return house.ask("POST", "/sync/v1/uploads", REGISTER, json=body | more)


def send(house: House, announced: dict[str, Any], content: bytes, **headers: str) -> httpx.Response:
    """Send the content of an announced upload."""
    given = {"If-Match": '"1"', "Content-Type": "application/octet-stream"} | headers
    return house.ask("PUT", announced["contentPath"], REGISTER, content=content, headers=given)


def uploaded(house: House, content: bytes, **more: Any) -> str:
    """Announce and send; the id of the upload."""
    announced = announce(house, content, **more)
    assert announced.status_code == 201, announced.text
    sent = send(house, announced.json(), content)
    assert sent.status_code == 200, sent.text
    return str(announced.json()["id"])


def planned(house: House, upload_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Start a run and wait until it has a plan or none; the run and its job."""
    started = house.made("/sync/v1/runs", {"uploadId": upload_id}, REGISTER, status=202)
    job = house.job("sync", started["jobId"], REGISTER)
    return house.read(f"/sync/v1/runs/{started['id']}", REGISTER), job


def approve(house: House, run: dict[str, Any], user: str = REGISTER, **more: str) -> httpx.Response:
    """Approve the plan that `run` shows."""
    body = {"planHash": run["planHash"]} | more
    return house.ask("POST", f"/sync/v1/runs/{run['id']}/approvals", user, json=body)


def head(house: House) -> int:
    """The version of the roster that is in force."""
    versions = house.each("/sync/v1/roster-versions", REGISTER)
    return max((int(version["number"]) for version in versions), default=0)
