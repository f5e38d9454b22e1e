"""The event catalogue: complete, and its examples hold their own schemas."""

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from shared.contracts.registry import CONTRACTS
from tests.support.services import Start


async def test_every_contract_is_in_the_catalogue_with_a_valid_example(service: Start) -> None:
    webhooks = await service("webhooks")
    response = await webhooks.client.get("/webhooks/v1/event-types", headers=webhooks.as_("participant@*"))
    items = {item["type"]: item for item in response.json()["items"]}
    assert sorted(items) == sorted(CONTRACTS)
    for name, item in items.items():
        checker = Draft202012Validator(item["jsonSchema"], format_checker=FormatChecker())
        assert list(checker.iter_errors(item["example"]["data"])) == [], name
        assert item["example"]["type"] == name
        assert item["source"] == name.split(".", maxsplit=1)[0]
        assert len(item["description"]) > 20


@pytest.mark.parametrize("scopes", [[], ["endpoints:read"]])
async def test_the_catalogue_needs_its_scope(service: Start, scopes: list[str]) -> None:
    webhooks = await service("webhooks")
    headers = webhooks.as_("tenant_admin@*", scopes=scopes)
    assert (await webhooks.client.get("/webhooks/v1/event-types", headers=headers)).status_code == 403
    assert (await webhooks.client.get("/webhooks/v1/event-types")).status_code == 401
