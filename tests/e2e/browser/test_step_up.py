"""A login that is too weak for what one is about to do, and the stronger one that takes its place."""

import re
from typing import Any

import httpx
import pytest

from tests.e2e.browser.login import Client, fill_in, log_in, refused_refresh
from tests.e2e.browser.person import Person
from tests.e2e.house import House
from tests.identity.world import claims_of

pytestmark = [pytest.mark.stack, pytest.mark.browser]

STEPWISE, PERSONS = "stegvis", "/sync/v1/persons"


def ask(house: House, tokens: dict[str, Any]) -> httpx.Response:
    return house.client.get(PERSONS, headers={"Authorization": f"Bearer {tokens['access_token']}"})


def test_a_person_steps_up_when_a_route_asks_for_more(house: House, person: Person) -> None:
    client = Client(house)
    weak = log_in(person, client, "norrvik", STEPWISE)
    refused = ask(house, weak)
    assert refused.status_code == 401, refused.text
    challenge = dict(re.findall(r'(\w+)="([^"]*)"', refused.headers["www-authenticate"]))
    assert challenge["error"] == "insufficient_user_authentication"

    strong = log_in(person, client, "norrvik", STEPWISE, acr_values=challenge["acr_values"])

    before, after = claims_of(weak["access_token"]), claims_of(strong["access_token"])
    assert (before["acr"], after["acr"]) == ("urn:startklar:loa:basic", challenge["acr_values"].split()[-1])
    assert after["sub"] == before["sub"]
    assert ask(house, strong).status_code == 200
    assert refused_refresh(client, weak), "what was stolen before the step-up must not outlive it"


def test_a_step_up_by_somebody_else_is_refused_in_words(house: House, person: Person) -> None:
    client = Client(house)
    log_in(person, client, "norrvik", STEPWISE)
    person.visit(client.address("norrvik", acr_values="urn:startklar:loa:strong"))
    fill_in(person, house, "rektor")
    answer = person.arrives_at(client.redirect_uri)
    assert "code" not in answer
    assert answer["error"] in ("access_denied", "unmet_authentication_requirements"), answer
