"""What a municipality decides about its people: who comes in, how surely, who takes over, and that an end is an end.

Runs after the modules that deliver rosters of their own: it takes a pupil of theirs, and delivers one only where alone.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

import httpx
import pyotp
import pytest

from cli.demo.login import LoginFailed, Wish, log_in_with
from cli.stack.places import write_private
from tests.e2e.deliveries import approve, planned, roster, uploaded
from tests.e2e.house import (
    ADMIN,
    APPROVER,
    EVERY_SCOPE,
    HEAD,
    LEADER,
    PARTICIPANT,
    REGISTER,
    TRAINER,
    House,
    problem,
    wait,
)
from tests.e2e.projects import PROJECTS, plan

pytestmark = pytest.mark.stack

I = "/identity/v1"  # noqa: E741 - where everything here stands
ME = f"{I}/me"
SERVICES = (ME, "/projects/v1/templates", "/sync/v1/units", "/training/v1/courses", "/webhooks/v1/event-types")
BASIC = "urn:startklar:loa:basic"
PUPIL = "a-pupil"


def log_in(house: House, browser: httpx.Client, user: str, password: str) -> str:
    app = next(client for client in house.cast.facts["clients"] if client["name"] == "demo-app")
    wish = Wish("norrvik", "norrvik", EVERY_SCOPE)
    credentials = {"username": user, "password": password}
    return str(log_in_with(browser, house.gateway, app, wish, credentials)["access_token"])


def enter(house: House, user: str, password: str | None = None) -> str:
    """An access token of a login in a browser of its own."""
    with httpx.Client(timeout=20, trust_env=False) as browser:
        return log_in(house, browser, user, house.cast.password(user) if password is None else password)


def status(house: House, token: str, path: str = ME) -> int:
    return house.client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def told(house: House, kind: str, value: str) -> bool:
    """Whether the event log has an event of this type about `value`."""
    events = house.each(f"/webhooks/v1/events?types={kind}", ADMIN)
    return any(value in str(event) for event in events)


@pytest.fixture(scope="module")
def pupil(house: House) -> str:
    """The account of a pupil of the roster, whom the demo provider now knows as well."""

    def found() -> list[dict[str, Any]]:
        everybody = house.each(f"{I}/accounts", ADMIN)
        return [one for one in everybody if (one["loginName"] or "").startswith("elev") and one["source"] == "roster"]

    if not found():
        accepted = approve(house, planned(house, uploaded(house, roster()))[0])
        assert accepted.status_code == 202, accepted.text
        assert house.job("sync", accepted.json()["jobId"], REGISTER)["state"] == "succeeded"
        wait(lambda: bool(found()), "the roster's pupils have accounts")
    account, file = found()[0], house.places.keys / "demo-idp.json"
    directory = json.loads(file.read_text())
    weak = "urn:startklar:demo:password"
    person = {"username": PUPIL, "password": PUPIL, "eppn": account["loginName"], "name": "Elev Exempel", "acr": weak}
    directory["users"] = [user for user in directory["users"] if user["username"] != PUPIL] + [person]
    write_private(file, json.dumps(directory))
    return str(account["id"])


@dataclass(frozen=True)
class Ended:
    """Tokens of people whose access ended `at`, by how it did; and one of the same person that goes on."""

    tokens: dict[str, str]
    at: float
    untouched: str


@pytest.fixture(scope="module", autouse=True)
def ended(house: House, pupil: str) -> Ended:
    """Ended before the first test of this file, since services remember for some seconds who may come in."""
    with pytest.raises(LoginFailed):
        enter(house, PUPIL, PUPIL)
    wave = house.made(f"{I}/population-openings", {"population": "pupil"}, ADMIN)
    tokens = {"wave": enter(house, PUPIL, PUPIL), "session": enter(house, TRAINER), "break-glass": ""}
    untouched = enter(house, TRAINER)
    safe, tokens["break-glass"] = _break_the_glass(house)
    assert {status(house, token) for token in tokens.values()} == {200}
    roles = house.client.get(ME, headers={"Authorization": f"Bearer {tokens['wave']}"}).json()["roles"]
    assert {role["role"] for role in roles} == {"participant"}, "a pupil takes part"

    headers = {"Authorization": f"Bearer {tokens['session']}"}
    mine = house.client.get(f"{ME}/sessions", headers=headers).json()["items"]
    current = next(one["id"] for one in mine if one["isCurrent"])
    assert house.client.post(f"{ME}/sessions/{current}/logouts", headers=headers).status_code == 200
    house.made(f"{I}/population-openings/{wave['id']}/closings", {"reason": "Vågen skjuts upp"}, ADMIN)
    assert house.ask("POST", f"{I}/break-glass-accounts/{safe}/disablings", ADMIN).status_code == 204
    return Ended(tokens, time.monotonic(), untouched)


def _break_the_glass(house: House) -> tuple[str, str]:
    """An account that needs no provider: made, confirmed, used; its id and a token."""
    safe = house.made(f"{I}/break-glass-accounts", {"displayName": "Nödkonto"}, ADMIN)
    code = pyotp.parse_uri(safe["totpUri"])
    assert isinstance(code, pyotp.TOTP)
    used = {"recovery": safe["recoverySecret"], "code": code.now()}
    with httpx.Client(timeout=20, trust_env=False) as browser:
        assert browser.post(safe["page"], data=used).status_code == 403, "nobody has confirmed it yet"
        house.made(f"{I}/break-glass-accounts/{safe['id']}/confirmations", {"code": code.now()}, ADMIN)
        used["code"] = code.at(time.time() + 30)
        assert browser.post(safe["page"], data=used).status_code == 200
        token = log_in(house, browser, "nobody", "no password is asked for")
    wait(lambda: told(house, "identity.break_glass.used.v1", safe["id"]), "the use is told to everybody")
    use = house.each(f"{I}/break-glass-uses?unacknowledged=true", ADMIN)[-1]
    seen, own = f"{I}/break-glass-uses/{use['id']}/acknowledgements", {"Authorization": f"Bearer {token}"}
    problem(house.client.post(seen, headers=own), 403, "own-use")
    assert house.ask("POST", seen, ADMIN).status_code == 201
    return str(safe["id"]), token


def test_an_administrators_role_is_offered_seen_and_taken_by_a_login_after_the_offer(house: House) -> None:
    house.token(HEAD)  # of before the offer
    receiver, giver = (house.read(ME, user)["accountId"] for user in (HEAD, ADMIN))
    body = {"role": "tenant_admin", "toAccountId": receiver, "fromAccountId": giver, "previous": "kept"}
    problem(house.ask("POST", f"{I}/handovers", ADMIN, json=body), 422, "handover-reason-missing")
    problem(house.ask("POST", f"{I}/handovers", HEAD, json=body), 403)
    time.sleep(1)  # logins are told by the second
    offer = house.made(f"{I}/handovers", body | {"reason": "Under införandet"}, ADMIN)
    take = f"{I}/handovers/{offer['id']}/acceptances"
    problem(house.ask("POST", take, LEADER), 403, "not-the-receiver")
    problem(house.ask("POST", take, HEAD), 403, "not-the-receiver")
    time.sleep(1)
    house.forget(HEAD)
    assert [one["id"] for one in house.each(f"{ME}/handovers", HEAD)] == [offer["id"]]
    assert house.ask("POST", take, HEAD).status_code == 201
    house.forget(HEAD)
    assert {"tenant_admin", "unit_head"} <= {role["role"] for role in house.read(ME, HEAD)["roles"]}
    held = house.each(f"{I}/memberships?accountId={receiver}", ADMIN)
    taken = next(one for one in held if one["role"] == "tenant_admin")
    headers = {"If-Match": f'"{taken["version"]}"'}
    assert house.ask("DELETE", f"{I}/memberships/{taken['id']}", ADMIN, headers=headers).status_code == 204
    time.sleep(1)
    house.forget(HEAD)


def test_a_looser_rule_rests_on_a_decision_and_every_service_follows(house: House) -> None:
    weak = enter(house, "stegvis")
    persons = "/sync/v1/persons?limit=1"
    assert status(house, weak, persons) == 401, "a step up is asked for"
    rules = house.each(f"{I}/assurance-policies", ADMIN)
    rule = next(one for one in rules if (one["holder"], one["dataClass"]) == ("register_admin", "confidential"))
    path = f"{I}/assurance-policies/{rule['id']}"

    def change(**body: Any) -> httpx.Response:
        version = house.read(path, ADMIN)["version"]
        return house.ask("PATCH", path, ADMIN, json=body, headers={"If-Match": f'"{version}"'})

    problem(change(minAcr=BASIC), 422)
    decision = decided(house)
    wait(lambda: change(minAcr=BASIC, decisionId=decision).status_code == 200, "identity has heard of the decision")
    wait(lambda: status(house, weak, persons) == 200, "sync judges by the new rule")
    assert change(minAcr=rule["minAcr"]).status_code == 200, "to tighten needs no decision"


def decided(house: House) -> str:
    """A decision that the customer's approver has taken in a project."""
    project = f"{PROJECTS}/{plan(house, name='Beslut')['id']}"
    body = {
        "key": "styrgrupp",
        "level": "strategic",
        "mandate": "decides",
        "side": "customer",
        "title": {"sv": "Styrgrupp", "en": "Steering group"},
    }
    group = house.made(f"{project}/bodies", body)["id"]
    question = {"sv": "Får registret läsas med lösenord?", "en": "May the register be read by password?"}
    about = {"key": "register_by_password", "question": question, "bodyId": group, "bySide": "customer"}
    asked = house.made(f"{project}/decisions", about)
    outcome = {"bodyId": group, "outcome": "Ja, i mars"}
    house.made(f"/projects/v1/decisions/{asked['id']}/outcomes", outcome, APPROVER)
    return str(asked["id"])


def test_guardians_come_in_by_a_decision_alone(house: House) -> None:
    body = {"population": "guardian"}
    problem(house.ask("POST", f"{I}/population-openings", ADMIN, json=body), 422, "decision-missing")
    problem(house.ask("POST", f"{I}/population-openings", PARTICIPANT, json=body), 403)


def test_who_was_ended_is_out_of_every_service_within_a_minute_and_nobody_else(house: House, ended: Ended) -> None:
    """Last in this file."""
    for way, token in ended.tokens.items():
        for path in SERVICES:
            wait(
                lambda token=token, path=path: status(house, token, path) == 401,  # type: ignore[misc]
                f"{path} refuses who was ended by {way}",
                seconds=60,
            )
    assert time.monotonic() - ended.at < 60
    assert status(house, ended.untouched) == 200, "another session of the same person goes on"
    with pytest.raises(LoginFailed):
        enter(house, PUPIL, PUPIL)
