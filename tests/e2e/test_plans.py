"""Plans are applied exactly as approved, by whom it must be, once, or not at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cli.demo_roster import oneroster
from cli.demo_roster.municipality import build
from tests.e2e.deliveries import approve, head, planned, roster, uploaded
from tests.e2e.house import (
    APPROVER,
    LEADER,
    PARTICIPANT,
    REGISTER,
    STRANGER,
    SUPPLIER,
    House,
    problem,
)
from tests.sync.disasters.world import without

pytestmark = pytest.mark.stack

PUPILS = 80
OURS = "plans-register"


@pytest.fixture(scope="module")
def applied(house: House) -> int:
    """The roster version after a first delivery of this module's own register."""
    run, _ = planned(house, uploaded(house, roster(PUPILS), source=OURS))
    accepted = approve(house, run)
    assert accepted.status_code == 202, accepted.text
    job = house.job("sync", accepted.json()["jobId"], REGISTER)
    assert job["state"] == "succeeded"
    return int(job["result"]["version"])


def _fewer() -> bytes:
    """The delivery without 25 of its pupils, so many that a second person must look."""
    town = build(pupils=PUPILS, seed=5, staff_share=0.01)
    without(town, {f"elev{number:05}" for number in range(1, 26)})
    return oneroster.write(town, frozenset())


def test_only_the_customers_own_may_approve_and_only_the_plan_that_they_saw(house: House, applied: int) -> None:
    run, _ = planned(house, uploaded(house, roster(PUPILS), source=OURS))
    problem(approve(house, run, planHash="0" * 64), 409, "plan-differs")
    problem(approve(house, run, planHash=run["planHash"].upper() + "X"), 422)
    for user in (PARTICIPANT, SUPPLIER):
        problem(approve(house, run, user), 403)
    problem(approve(house, run, STRANGER), 403)
    problem(house.ask("GET", f"/sync/v1/runs/{run['id']}", STRANGER), 404)
    assert head(house) == applied


def test_a_large_change_needs_two_persons_and_one_person_is_never_two(house: House, applied: int) -> None:
    run, _ = planned(house, uploaded(house, _fewer(), source=OURS))
    assert run["guard"] == "second_person", run["guardReasons"]
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda _: approve(house, run), range(4)))

    accepted = [answer for answer in answers if answer.status_code == 202]
    assert len(accepted) == 1, [answer.status_code for answer in answers]
    assert (accepted[0].json()["given"], accepted[0].json()["needed"], accepted[0].json()["jobId"]) == (1, 2, None)
    for answer in answers:
        if answer is not accepted[0]:
            problem(answer, 409, "second-person-needed")
    assert head(house) == applied
    shown = house.read(f"/sync/v1/runs/{run['id']}", REGISTER)
    assert (shown["state"], len(shown["approvals"])) == ("planned", 1)


def test_of_two_plans_that_rest_on_one_version_only_the_first_is_applied(house: House, applied: int) -> None:
    uploads = [uploaded(house, roster(PUPILS, seed=6), source=source) for source in ("second-register", "its-twin")]
    with ThreadPoolExecutor(2) as crowd:
        (first, _), (second, _) = crowd.map(lambda upload_id: planned(house, upload_id), uploads)
    assert first["baseVersion"] == second["baseVersion"] == head(house)

    accepted = approve(house, first, LEADER)
    assert accepted.status_code == 202
    assert house.job("sync", accepted.json()["jobId"], REGISTER)["state"] == "succeeded"

    told = problem(approve(house, second, APPROVER), 409, "plan-stale")
    assert (told["baseVersion"], told["version"]) == (applied, applied + 1)
    problem(approve(house, first, APPROVER), 409, "run-not-planned")
    assert head(house) == applied + 1


def test_approvals_that_race_apply_a_plan_once(house: House, applied: int) -> None:
    upload_id = uploaded(house, roster(PUPILS, seed=7), source="third-register")
    runs = [planned(house, upload_id)[0] for _ in range(2)]
    before = head(house)
    pairs = [(run, user) for run in runs for user in (REGISTER, APPROVER, LEADER)]
    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(lambda pair: approve(house, *pair), pairs))

    jobs = [answer.json()["jobId"] for answer in answers if answer.status_code == 202]
    assert jobs
    assert all(answer.status_code in (202, 409) for answer in answers)
    states = [house.job("sync", job, REGISTER)["state"] for job in jobs]
    assert states.count("succeeded") == 1
    assert head(house) == before + 1
    ends = [house.read(f"/sync/v1/runs/{run['id']}", REGISTER)["state"] for run in runs]
    assert sorted(ends) in (["applied", "planned"], ["applied", "stale"])


def test_a_run_of_nothing_or_of_another_tenants_upload_does_not_start(house: House, applied: int) -> None:
    mine = uploaded(house, roster(PUPILS), source=OURS)
    problem(house.ask("POST", "/sync/v1/runs", REGISTER, json={"uploadId": house.tenant_id("norrvik")}), 404)
    problem(house.ask("GET", f"/sync/v1/uploads/{mine}", STRANGER), 404)
    problem(house.ask("POST", "/sync/v1/runs", STRANGER, json={"uploadId": mine}), 404)
