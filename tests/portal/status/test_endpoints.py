"""What the portal says of the services' state."""

import asyncio
from datetime import timedelta

from shared.kit import clock
from shared.web.service_levels import LEVEL, x_sla
from tests.portal.conftest import Portal


async def test_ready_unavailable_and_unreachable_are_told_apart(portal: Portal) -> None:
    portal.neighbours["sync"].answers["/readyz"] = (503, {"status": "unavailable"})
    response = await portal.client.get("/status")
    body = response.json()
    assert response.status_code == 200
    assert body["state"] == "degraded"
    assert {one["name"]: one["state"] for one in body["services"]} == {
        "projects": "ready",
        "sync": "unavailable",
        "training": "unreachable",
    }
    assert (await portal.client.get("/portal/v1/status")).json() == body


async def test_the_status_promises_what_the_documents_promise(portal: Portal) -> None:
    promise = (await portal.client.get("/status")).json()["promise"]
    said = x_sla()
    assert [promise[name] for name in ("availability", "responseTime", "support")] == list(said.values())
    assert promise["newsWithinSeconds"] == LEVEL.delay


async def test_a_service_that_hangs_does_not_hang_the_portal(portal: Portal) -> None:
    portal.neighbours["sync"].delay = 30
    async with asyncio.timeout(8):
        body = (await portal.client.get("/status")).json()
    assert [one["state"] for one in body["services"]] == ["ready", "unreachable", "unreachable"]


async def test_many_visitors_cost_one_probe(portal: Portal) -> None:
    await asyncio.gather(*(portal.client.get("/status") for _ in range(50)))
    assert portal.neighbours["projects"].asked == ["/readyz"]
    with clock.frozen(clock.now() + timedelta(seconds=6)):
        await portal.client.get("/status")
    assert portal.neighbours["projects"].asked == ["/readyz"] * 2


async def test_the_portal_itself_is_ready_without_a_database(portal: Portal) -> None:
    assert (await portal.client.get("/readyz")).status_code == 200
    assert (await portal.client.get("/portal/v1/api-info")).json()["apiName"] == "portal"
    assert (await portal.client.get("/internal/events")).status_code == 404
