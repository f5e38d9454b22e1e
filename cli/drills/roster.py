"""A register's deliveries as the drills send them."""

import hashlib
from typing import Any

from cli.demo.cast import APPROVER, REGISTER, Cast
from cli.demo_roster import oneroster
from cli.demo_roster.municipality import build

_BINARY = {"If-Match": '"1"', "Content-Type": "application/octet-stream"}


def small(pupils: int, seed: int = 5) -> bytes:
    """A small municipality's export (OneRoster 1.2)."""
    return oneroster.write(build(pupils=pupils, seed=seed, staff_share=0.01), frozenset())


def deliver(cast: Cast, content: bytes, source: str) -> dict[str, Any]:
    """Upload and have it planned: the run as it was accepted, its job under `jobId`."""
    register = cast.as_(REGISTER)
    digest = hashlib.sha256(content).hexdigest()
    declared = {"kind": "oneroster_zip", "source": source, "size": len(content), "sha256": digest}
    upload = register.post("/sync/v1/uploads", declared)
    register.send("PUT", upload["contentPath"], content=content, headers=_BINARY)
    accepted: dict[str, Any] = register.post("/sync/v1/runs", {"uploadId": upload["id"]}, expect=202)
    return accepted


def apply(cast: Cast, accepted: dict[str, Any]) -> dict[str, Any]:
    """Wait for the plan and approve it, with a second person where it is large; the run when it is applied."""
    register, path = cast.as_(REGISTER), f"/sync/v1/runs/{accepted['id']}"
    register.wait_for_job("sync", accepted["jobId"])
    body = {"planHash": register.get(path)["planHash"]}
    approved = register.post(f"{path}/approvals", body, expect=202)
    if approved["jobId"] is None:
        approved = cast.as_(APPROVER).post(f"{path}/approvals", body, expect=202)
    register.wait_for_job("sync", approved["jobId"])
    applied: dict[str, Any] = register.get(path)
    return applied
