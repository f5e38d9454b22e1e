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
