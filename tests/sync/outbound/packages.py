"""Making packages over HTTP, and a platform that takes them."""

import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.services import ServiceUnderTest
from tests.sync.work import LOADER, read, work

ELEVER: dict[str, Any] = {
    "name": "elever",
    "package": "single",
    "delta": {"column": "Åtgärd", "add": "N", "change": "U", "remove": "B"},
    "files": [
        {
            "file": "elever.csv",
            "columns": [
                {"header": "ElevID", "required": True, "form": "id"},
                {"header": "Förnamn", "required": True},
                {"header": "Efternamn", "required": True},
                {"header": "Epost", "form": "email"},
            ],
            "key": ["ElevID"],
            "parts": [
                {
                    "rows": "persons",
                    "fill": {
                        "ElevID": "sourceId",
                        "Förnamn": "givenName",
                        "Efternamn": "familyName",
                        "Epost": "email",
                    },
                }
            ],
        }
    ],
}


async def confirmed(service: ServiceUnderTest, template: str, **claims: Any) -> Any:
    """Another person's word that packages may go where the template says."""
    path = f"/sync/v1/outbound-templates/{template}"
    shown = await service.client.get(path, headers=service.as_(LOADER))
    headers = service.as_("approver@*", **claims) | {"If-Match": shown.headers["etag"]}
    return await service.client.post(f"{path}/confirmations", headers=headers)


async def declared(service: ServiceUnderTest, **more: Any) -> str:
    """A template, confirmed where it leads anywhere; `more` replaces fields of the body. Its id."""
    body = {"key": "plattform", "name": "Plattformens import", "template": ELEVER} | more
    response = await service.client.post("/sync/v1/outbound-templates", json=body, headers=service.as_(LOADER))
    assert response.status_code == 201, response.text
    template = str(response.json()["id"])
    if not response.json()["isConfirmed"]:
        assert (await confirmed(service, template)).status_code == 200
    return template


async def produced(service: ServiceUnderTest, template: str, mode: str = "total") -> dict[str, Any]:
    """A package, with all the work done that follows from asking for it."""
    body = {"templateId": template, "mode": mode}
    response = await service.client.post("/sync/v1/outbound-deliveries", json=body, headers=service.as_(LOADER))
    assert response.status_code == 202, response.text
    await work(service)
    return await read(service, f"/sync/v1/outbound-deliveries/{response.json()['id']}")


async def content(service: ServiceUnderTest, delivery: dict[str, Any]) -> bytes:
    path = f"/sync/v1/outbound-deliveries/{delivery['id']}/content"
    response = await service.client.get(path, headers=service.as_(LOADER))
    assert response.status_code == 200, response.text
    return response.content


async def changed(service: ServiceUnderTest, template: str, /, **change: Any) -> Any:
    """The answer to a change of the template."""
    path = f"/sync/v1/outbound-templates/{template}"
    shown = await service.client.get(path, headers=service.as_(LOADER))
    headers = service.as_(LOADER) | {"If-Match": shown.headers["etag"]}
    return await service.client.patch(path, json=change, headers=headers)


async def answered(service: ServiceUnderTest, delivery: dict[str, Any], outcome: str = "accepted", **more: Any) -> None:
    """The platform's answer, recorded."""
    path = f"/sync/v1/outbound-deliveries/{delivery['id']}/receipts"
    response = await service.client.post(path, json={"outcome": outcome} | more, headers=service.as_(LOADER))
    assert response.status_code == 201, response.text


def table(body: bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    """A CSV file with semicolons as dictionaries."""
    return list(csv.DictReader(io.StringIO(body.decode(encoding)), delimiter=";"))


def unzipped(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


@dataclass
class Platform:
    """Takes packages over HTTP; answers with `statuses` in turn, then 202."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        self.taken.append((first, headers, await _body(reader, headers)))
        status = self.statuses.pop(0) if self.statuses else 202
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    body = b""
    while size := int((await reader.readline()).strip(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


@asynccontextmanager
async def platform(*statuses: int) -> AsyncIterator[Platform]:
    """A platform on loopback."""
    here = Platform(statuses=list(statuses))
    server = await asyncio.start_server(here.take, "127.0.0.1", 0)
    async with server:
        here.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/import"
        yield here
