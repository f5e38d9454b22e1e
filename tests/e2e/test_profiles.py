"""The main job plays whole in the small profile, and again in the large one on the same data (`make e2e`, PROFILES=all:
`.ci/run` plays it there too, on data of its own); what only the small one could break is tried in it.
`STARTKLAR_PROFILE=small` runs all other tests of this folder in it too (`make e2e`)."""

import asyncio
import json
import os
from collections.abc import Iterator

import httpx
import pytest

from cli.demo.listener import Listener
from shared.auth.jws import SigningKey
from shared.auth.service_tokens import TokenSource
from tests.e2e import test_first_request, test_kills, test_tokens, test_webhooks
from tests.e2e.forgery import stolen_key
from tests.e2e.house import PROFILE_VARIABLE, House, problem
from tests.e2e.kills import kill_while_writing
from tests.e2e.projects import PROJECTS

pytestmark = [pytest.mark.stack, pytest.mark.slow]

IS_WHOLE = os.environ.get("PROFILES") == "all"
OWNERS = ("identity", "projects", "sync", "training", "webhooks")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A stack of its own: a register that another test left held or half would rightly keep the data unverified."""
    house = House(tmp_path_factory.mktemp("profiles") / "state", {PROFILE_VARIABLE: "small"})
    try:
        house.up()
        yield house
    finally:
        house.reset()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _play(house: House) -> None:
    done = house.command("demo", "--pupils", "200", "--staff-share", "0.1", "--json")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, lines[-1] if lines else done.stderr
    assert all(line.get("held", True) for line in lines)
    told = " ".join(line["fact"] for line in lines if "fact" in line)
    assert "ready, and nobody ticked a box" in told
    assert "anybody who is shown a badge sees that it is valid" in told
    assert "projects.gate.passed.v1: signature verified" in told


def test_the_small_profile_is_two_processes_and_the_first_request_is_answered(house: House) -> None:
    names = {note["name"] for note in house.notes()}
    assert names == {"postgres", "redis", "demo-idp", "small", "small-worker", "gateway"}
    assert house.read("/status")["state"] == "ready"
    test_first_request.test_the_first_request_of_the_readme_answers(house)


def test_the_rollout_plays_in_the_small_profile(house: House) -> None:
    """Register, plan, training, signals, gate, webhook: every event crosses from one service to another."""
    _play(house)


def test_a_token_for_one_service_opens_no_other_in_the_same_process(house: House) -> None:
    port = house.note("small")["port"]
    key = SigningKey.from_pem((house.places.keys / "projects.pem").read_bytes())
    source = TokenSource(
        client_id="service-projects", key=key, issuer=house.gateway, token_url=f"{house.gateway}/oauth2/token"
    )
    for owner in OWNERS:
        token = asyncio.run(source.token(owner))
        for asked in OWNERS:
            path = f"/services/{asked}/internal/events?after=0&limit=1"
            answer = httpx.get(f"http://127.0.0.1:{port}{path}", headers=_bearer(token), trust_env=False)
            assert answer.status_code == (200 if asked == owner else 401), f"{owner}'s token at {asked}: {answer.text}"
            problem(house.client.get(path, headers=_bearer(token)), 404)
        assert httpx.get(f"http://127.0.0.1:{port}/internal/events", headers=_bearer(token)).status_code == 404
    for service in test_tokens.PATHS:
        test_tokens.test_an_id_token_or_a_service_token_opens_no_api(house, stolen_key(house), service)


def test_what_was_acknowledged_survives_the_kill_of_either_process(house: House) -> None:
    listener = Listener()
    aftermath = kill_while_writing(house, listener, ("small-worker", "small", "redis"))
    listener.stop()
    for test in (
        test_kills.test_callers_get_no_fault_but_are_told_to_try_again,
        test_kills.test_what_was_acknowledged_is_there_once_and_nothing_else,
        test_kills.test_every_write_has_its_event_in_the_log_once,
        test_kills.test_the_supervisor_started_again_what_died,
    ):
        test(aftermath)


def test_the_large_profile_goes_on_with_the_same_data(house: House) -> None:
    """Each write crosses to the subscriber over the processes of its services; with PROFILES=all the rollout again."""
    before = {project["id"]: project["name"] for project in house.each(PROJECTS)}
    house.change("large")
    assert {f"{owner}-worker" for owner in OWNERS} < {note["name"] for note in house.notes()}
    assert before
    assert {project["id"]: project["name"] for project in house.each(PROJECTS)} == before
    listener = Listener()
    test_webhooks.test_an_event_is_delivered_with_a_signature_and_stands_in_the_log(house, listener)
    listener.stop()
    if IS_WHOLE:
        _play(house)
