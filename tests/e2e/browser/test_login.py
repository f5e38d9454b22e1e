"""Logging in, in a real browser and through the gateway."""

import pytest

from tests.e2e.browser.login import Client, fill_in
from tests.e2e.browser.person import Person
from tests.e2e.house import House
from tests.identity.world import claims_of

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def test_a_person_logs_in_over_openid_connect(house: House, person: Person) -> None:
    client = Client(house)
    person.visit(client.address("norrvik"))
    fill_in(person, house, "rektor")
    claims = claims_of(client.tokens(person)["access_token"])
    assert claims["tenant"] == house.tenant_id("norrvik")
    assert claims["roles"] == ["unit_head@*"]


def test_a_person_logs_in_over_saml(house: House, person: Person) -> None:
    client = Client(house)
    person.visit(client.address("soderby"))
    fill_in(person, house, "admin-soderby")
    claims = claims_of(client.tokens(person)["access_token"])
    assert claims["tenant"] == house.tenant_id("soderby")
    assert claims["roles"] == ["tenant_admin@*"]


def test_a_person_finds_the_own_municipality_on_the_discovery_page_of_a_federation(
    house: House, person: Person
) -> None:
    client = Client(house)
    person.visit(client.address("vasterby"))
    person.follow("organisation")
    person.type("q", "väster")
    person.press("form[role=search] button")
    assert "Östervik" not in person.sees
    person.follow("Västerby kommun")
    fill_in(person, house, "admin-vasterby")
    claims = claims_of(client.tokens(person)["access_token"])
    assert claims["tenant"] == house.tenant_id("vasterby")
