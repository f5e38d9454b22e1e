"""A platform under test: a declared source, and exports of it with planted differences."""

from collections.abc import Callable
from datetime import date
from typing import Any

from cli.demo_roster import platform
from cli.demo_roster.model import Municipality
from tests.support.services import ServiceUnderTest
from tests.sync import work

TODAY = date(2026, 11, 22)
Rows = list[dict[str, str]]
Plant = Callable[[Rows], object]


async def declare_platform(sync: ServiceUnderTest, key: str = "plattform", **more: Any) -> str:
    """Declare the platform as a source; its id."""
    body = {"key": key, "name": "Plattformen", "role": "platform", "kind": "joined_files"}
    answer = await sync.client.post(
        "/sync/v1/sources", json=body | {"mapping": platform.MAPPING} | more, headers=sync.as_(work.LOADER)
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def name_platform(sync: ServiceUnderTest, source: str, role: str = "project_leader@*", **claims: Any) -> Any:
    """The word of the customer's leader that this source tells what the platform holds."""
    path = "/sync/v1/verification-policy"
    shown = await sync.client.get(path, headers=sync.as_("auditor@*"))
    headers = sync.as_(role, **claims) | {"If-Match": shown.headers["etag"]}
    body = {"sourceId": source, "reason": "Beslut i styrgruppen"}
    return await sync.client.put(f"{path}/platform-target", json=body, headers=headers)


def exported(town: Municipality, *plants: Plant) -> bytes:
    """The platform's export of the municipality, spoilt by each of `plants`."""
    rows = platform.rows(town, TODAY)
    for plant in plants:
        plant(rows)
    return platform.write(rows, town)


async def compare(
    sync: ServiceUnderTest, content: bytes, key: str = "plattform", mapping: dict[str, Any] = platform.MAPPING
) -> dict[str, Any]:
    """Upload an export, have it compared by the worker; the comparison as the API shows it."""
    upload = await work.upload(sync, content, kind="joined_files", source=key, mapping=mapping)
    asked = await sync.client.post(
        "/sync/v1/platform-comparisons", json={"uploadId": upload}, headers=sync.as_(work.LOADER)
    )
    assert asked.status_code == 202, asked.text
    await run_jobs(sync)
    return await work.read(sync, f"/sync/v1/platform-comparisons/{asked.json()['id']}")


async def run_jobs(sync: ServiceUnderTest) -> None:
    """Run every job that is due."""
    await work.work(sync)


async def differences(sync: ServiceUnderTest, *roles: str, **asked: str) -> list[dict[str, Any]]:
    """All differences of the newest comparison that the caller sees."""
    query = "&".join(["limit=200", *(f"{name}={value}" for name, value in asked.items())])
    found: list[dict[str, Any]] = (await work.read(sync, f"/sync/v1/platform-differences?{query}", *roles))["items"]
    return found
