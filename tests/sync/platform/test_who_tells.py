"""Who may say what the platform holds: the customer's side, or a fetch from it; no supplier by hand."""

import hashlib
from typing import Any

import httpx
import pytest

from cli.demo_roster import platform
from tests.support.services import ServiceUnderTest, Start
from tests.sync import work
from tests.sync.platform.export import declare_platform, exported
from tests.sync.town import town

CONTENT = exported(town(10))


async def announce(sync: ServiceUnderTest, side: str, **said: Any) -> httpx.Response:
    body = {"size": len(CONTENT), "sha256": hashlib.sha256(CONTENT).hexdigest()} | said
    return await sync.client.post("/sync/v1/uploads", json=body, headers=sync.as_(work.LOADER, side=side))


async def send(sync: ServiceUnderTest, announced: httpx.Response, side: str, how: str = "PUT") -> httpx.Response:
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    headers = sync.as_(work.LOADER, side=side) | {"If-Match": announced.headers["etag"]}
    headers |= tus if how == "PATCH" else {}
    return await sync.client.request(how, announced.json()["contentPath"], content=CONTENT, headers=headers)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


REFUSED = (403, "customer-tells-platform")


@pytest.mark.parametrize("side", ["supplier", "third_party"])
async def test_no_supplier_uploads_what_a_platform_is_said_to_hold(service: Start, side: str) -> None:
    sync = await service("sync")
    source = await declare_platform(sync)
    by_key = {"source": "plattform", "kind": "joined_files", "mapping": platform.MAPPING}
    for said in ({"sourceId": source}, by_key):
        assert refusal(await announce(sync, side, **said)) == REFUSED
        announced = await announce(sync, "customer", **said)
        assert announced.status_code == 201, announced.text
        for how in ("PUT", "PATCH"):
            assert refusal(await send(sync, announced, side, how)) == REFUSED
        path = f"/sync/v1/uploads/{announced.json()['id']}"
        for shown in (path, "/sync/v1/uploads"):
            seen = (await sync.client.get(shown, headers=sync.as_(work.LOADER, side=side))).json()
            offered = (seen["items"][0] if "items" in seen else seen)["allowedActions"]
            assert [action["allowed"] for action in offered] == [False, False]
        assert (await send(sync, announced, "customer")).status_code == 200
    assert (await announce(sync, side, source="register", kind="oneroster_zip")).status_code == 201


async def test_an_upload_from_before_the_platform_was_declared_is_no_export_of_it(service: Start) -> None:
    """Else a supplier uploads under the key that the platform will bear, and waits."""
    sync = await service("sync")
    announced = await announce(sync, "supplier", source="plattform", kind="joined_files", mapping=platform.MAPPING)
    assert (await send(sync, announced, "supplier")).status_code == 200
    await declare_platform(sync)
    body = {"uploadId": announced.json()["id"]}
    asked = await sync.client.post("/sync/v1/platform-comparisons", json=body, headers=sync.as_(work.LOADER))
    assert refusal(asked) == (422, "not-a-platform")
