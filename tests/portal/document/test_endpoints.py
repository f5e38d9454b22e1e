"""The merged API document and the pages that show it."""

import asyncio
from datetime import timedelta

import pytest

from shared.kit import clock
from tests.portal.conftest import Portal, api


async def test_the_documents_of_all_services_become_one(portal: Portal) -> None:
    portal.neighbours["sync"].answers["/sync/v1/openapi.json"] = (200, api("sync", schema={"type": "integer"}))
    merged = (await portal.client.get("/openapi.json")).json()
    assert {"/projects/v1/things", "/sync/v1/things", "/portal/v1/status"} <= set(merged["paths"])
    assert merged["servers"] == [{"url": "http://gateway.test"}]
    schemas = merged["components"]["schemas"]
    assert (schemas["ProjectsThing"], schemas["SyncThing"]) == ({"type": "object"}, {"type": "integer"})
    assert schemas["Same"] == {"type": "string"}
    assert "Thing" not in schemas
    content = merged["paths"]["/sync/v1/things"]["get"]["responses"]["200"]["content"]
    assert content["application/json"] == {"$ref": "#/components/schemas/SyncThing"}


async def test_a_missing_service_is_named_and_asked_again_soon(portal: Portal) -> None:
    merged = (await portal.client.get("/openapi.json")).json()
    assert merged["x-missing-services"] == ["training"]
    assert "training" in merged["info"]["description"]
    asked = len(portal.neighbours["sync"].asked)
    await portal.client.get("/openapi.json")
    assert len(portal.neighbours["sync"].asked) == asked
    with clock.frozen(clock.now() + timedelta(seconds=6)):
        await portal.client.get("/openapi.json")
    assert len(portal.neighbours["sync"].asked) > asked


async def test_a_service_that_went_away_is_shown_as_it_last_was(portal: Portal) -> None:
    await portal.client.get("/openapi.json")
    portal.neighbours["sync"].answers.clear()
    with clock.frozen(clock.now() + timedelta(seconds=90)):
        merged = (await portal.client.get("/openapi.json")).json()
    assert "/sync/v1/things" in merged["paths"]
    assert merged["x-missing-services"] == ["training"]


async def test_paths_that_a_protocol_prescribes_keep_their_place(portal: Portal) -> None:
    protocols = api("sync", path="/scim/v2/Users") | {"servers": [{"url": "https://api.startklar.dev"}]}
    portal.neighbours["sync"].answers["/sync/v1/openapi.json?part=protocols"] = (200, protocols)
    merged = (await portal.client.get("/openapi.json")).json()
    assert "/scim/v2/Users" in merged["paths"]


async def test_many_readers_cost_one_reading(portal: Portal) -> None:
    await asyncio.gather(*(portal.client.get("/openapi.json") for _ in range(20)))
    assert portal.neighbours["sync"].asked.count("/sync/v1/openapi.json") == 1


@pytest.mark.parametrize(
    ("asset", "kind"),
    [("swagger-ui.js", "text/javascript"), ("swagger-ui.css", "text/css"), ("mark.svg", "image/svg+xml")],
)
async def test_assets_come_from_here(portal: Portal, asset: str, kind: str) -> None:
    response = await portal.client.get(f"/docs/static/{asset}")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(kind)


@pytest.mark.parametrize("asset", ["nothing.js", "..%2f..%2fapp.py", "%2e%2e", "docs.js%00"])
async def test_nothing_else_is_served(portal: Portal, asset: str) -> None:
    response = await portal.client.get(f"/docs/static/{asset}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
