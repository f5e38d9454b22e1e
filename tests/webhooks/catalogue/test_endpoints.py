"""The event catalogue: complete, and its examples hold their own schemas."""

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.webhooks.delivery.tasks import all_handlers
from shared.contracts.registry import CONTRACTS, PUBLIC_CONTRACTS
from shared.contracts.sync import PersonProtected
from tests.support.services import Start


async def test_every_public_contract_is_in_the_catalogue_with_a_valid_example(service: Start) -> None:
    webhooks = await service("webhooks")
    response = await webhooks.client.get("/webhooks/v1/event-types", headers=webhooks.as_("participant@*"))
    items = {item["type"]: item for item in response.json()["items"]}
    assert sorted(items) == sorted(PUBLIC_CONTRACTS)
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


async def test_who_is_protected_is_told_to_nobody_outside(service: Start) -> None:
    """The mere event, with the id of a person, would say it: it is in no catalogue, and nobody can subscribe."""
    webhooks = await service("webhooks")
    admin = webhooks.as_("tenant_admin@*")
    assert "sync.person.protected.v1" in CONTRACTS
    listed = await webhooks.client.get("/webhooks/v1/event-types", headers=admin)
    assert "sync.person.protected.v1" not in listed.text
    body = {"url": "https://receiver.example/hook", "eventTypes": ["sync.person.protected.v1"]}
    refused = await webhooks.client.post("/webhooks/v1/endpoints", json=body, headers=admin)
    assert refused.status_code == 422
    assert all(PersonProtected not in handlers for handlers in all_handlers().values())
