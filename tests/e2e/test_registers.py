"""Registers as they meet a running stack: what they call without a token, and a marking that reaches every answer."""

import time
from typing import Any

import httpx
import pytest

from cli.demo_roster import oneroster
from cli.demo_roster.municipality import build
from tests.e2e.deliveries import planned, uploaded
from tests.e2e.house import ADMIN, AUDITOR, REGISTER, House, problem

pytestmark = pytest.mark.stack

SYNC = "/sync/v1"
SOURCE = "e2e-marking"
SECRET = ("Zakarina", "Hemlighetsson", "zakarina.h@alvsunda.example")
_LISTS = (
    "persons", "correlation-cases", "platform-differences", "platform-accounts", "outbound-deliveries",
    "evidence-packs", "uploads", "copies", "sources", "roster-versions", "erasures",
)  # fmt: skip


def marked(marking: str) -> bytes:
    """A municipality of which the roster knows nothing yet, with somebody whose name stands nowhere else."""
    town = build(pupils=50, seed=77, staff_share=0.01)
    pupil = town.of_part("pupil")[0]
    pupil.given, pupil.family, pupil.login, pupil.marking = *SECRET, marking
    pupil.email = pupil.login
    return oneroster.write(town, frozenset())


def told(house: House, runs: list[dict[str, Any]]) -> set[str]:
    """The answers, and the logs, in which the person can be read."""
    pages = [(f"{SYNC}/{name}", REGISTER) for name in _LISTS]
    pages += [(f"{SYNC}/runs/{run['id']}/{part}", REGISTER) for run in runs for part in ("plan-items", "findings")]
    pages += [(f"{SYNC}/journal-entries", AUDITOR), ("/webhooks/v1/events", ADMIN)]
    said = {path: str(house.each(path, user)) for path, user in pages}
    said |= {f"job of {run['id']}": str(house.read(f"{SYNC}/jobs/{run['jobId']}", REGISTER)) for run in runs}
    said["changes"] = house.ask("GET", f"{SYNC}/changes?after=0&limit=10000", REGISTER).text
    said |= {path.name: path.read_text(errors="replace") for path in house.places.logs.iterdir()}
    return {where for where, text in said.items() if any(word in text for word in SECRET)}


def test_a_marking_reaches_a_plan_that_waits_in_every_answer_and_log(house: House) -> None:
    waiting, _ = planned(house, uploaded(house, marked("Ingen"), source=SOURCE))
    assert told(house, [waiting]) == {f"{SYNC}/runs/{waiting['id']}/plan-items"}

    began = time.monotonic()
    newer, _ = planned(house, uploaded(house, marked("Sekretessmarkering"), source=SOURCE))
    assert told(house, [waiting, newer]) == set()
    assert time.monotonic() - began < 60
    assert house.read(f"{SYNC}/runs/{waiting['id']}", REGISTER)["endedCode"] == "superseded"
    assert house.made(f"{SYNC}/runs/{newer['id']}/cancellations", None, REGISTER, status=200)["state"] == "cancelled"


def test_the_keys_of_evidence_are_public_and_a_notice_needs_its_secret_alone(house: House) -> None:
    keys = httpx.get(f"{house.gateway}{SYNC}/evidence-keys", trust_env=False)
    assert keys.status_code == 200
    assert keys.json()["keys"]
    secret = "not-a-secret-that-anybody-was-given"
    body = {"modifiedEntites": ["Person"], "deletedEntities": False}
    problem(house.ask("POST", f"{SYNC}/source-notices/{secret}", None, json=body), 404)
    assert secret not in "".join(path.read_text(errors="replace") for path in house.places.logs.iterdir())
