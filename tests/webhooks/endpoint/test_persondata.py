"""What webhooks knows of a person, shown and forgotten."""

from services.webhooks.endpoint.persondata import PERSON_DATA
from shared.kit.ids import new_id
from tests.support.services import Start
from tests.webhooks.conftest import ADMIN


async def test_who_registered_an_endpoint_is_exported_and_forgotten(service: Start) -> None:
    webhooks, account = await service("webhooks"), new_id()
    body = {"url": "http://127.0.0.1:9/", "eventTypes": ["*"]}
    headers = webhooks.as_(ADMIN, subject=account)
    made = (await webhooks.client.post("/webhooks/v1/endpoints", json=body, headers=headers)).json()
    async with webhooks.database.transaction(webhooks.tenant) as session:
        assert [one["id"] for one in (await PERSON_DATA.export(session, account))["endpoints"]] == [made["id"]]
        assert (await PERSON_DATA.erase(session, account)).erased == 1
        assert (await PERSON_DATA.erase(session, account)).erased == 0
        assert (await PERSON_DATA.export(session, account))["endpoints"] == []
