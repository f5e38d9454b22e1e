"""Small real services behind the gateway: each answers with what reached it, or misbehaves as the query asks."""

import asyncio
import hashlib
import json
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import uvicorn

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Echo:
    """An ASGI service. `jwks` is what it publishes at /oauth2/jwks; `calls` counts the requests that reached it,
    `reading` the bytes of the present one's body so far."""

    def __init__(self, name: str, jwks: dict[str, Any]) -> None:
        self.name = name
        self.jwks = jwks
        self.calls = 0
        self.reading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        wish = {key: values[0] for key, values in parse_qs(scope["query_string"].decode()).items()}
        if self.name == "identity" and scope["path"] == "/oauth2/jwks" and not wish:
            await _answer(send, json.dumps(self.jwks).encode())
            return
        self.calls += 1
        length, digest = await self._drain(receive)
        if "ndjson" in wish:
            await _stream(send, int(wish["ndjson"]), float(wish["pause"]))
            return
        await asyncio.sleep(float(wish.get("sleep", 0)))
        body = {
            "service": self.name,
            "method": scope["method"],
            "path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
            "length": length,
            "sha256": digest,
            "filler": "ab" * int(wish.get("filler", 0)),
        }
        own = {key: wish[key] for key in ("etag", "content-type", "location") if key in wish}
        await _answer(send, json.dumps(body).encode(), int(wish.get("status", 200)), own)

    async def _drain(self, receive: Receive) -> tuple[int, str]:
        self.reading, digest = 0, hashlib.sha256()
        while True:
            message = await receive()
            chunk = message.get("body", b"")
            self.reading += len(chunk)
            digest.update(chunk)
            if not message.get("more_body", False):
                return self.reading, digest.hexdigest()


async def _answer(send: Send, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
    all_headers = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    encoded = [(name.encode(), value.encode()) for name, value in all_headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


async def _stream(send: Send, lines: int, pause: float) -> None:
    headers = [(b"content-type", b"application/x-ndjson")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for number in range(lines):
        line = json.dumps({"line": number, "filler": "x" * 2000}).encode() + b"\n"
        await send({"type": "http.response.body", "body": line, "more_body": True})
        await asyncio.sleep(pause)
    await send({"type": "http.response.body", "body": b""})


class Servers:
    """Uvicorn servers in one thread, each on a port of loopback: that of `ports`, or a free one."""

    def __init__(self, apps: dict[str, App], ports: dict[str, int] | None = None) -> None:
        self._sockets = {name: _bound((ports or {}).get(name, 0)) for name in apps}
        self.ports: dict[str, int] = {name: found.getsockname()[1] for name, found in self._sockets.items()}
        self._servers = {
            name: uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", access_log=False))
            for name, app in apps.items()
        }
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        for server in self._servers.values():
            server.should_exit = server.force_exit = True
        self._thread.join(timeout=10)

    async def _serve(self) -> None:
        running = (server.serve(sockets=[self._sockets[name]]) for name, server in self._servers.items())
        await asyncio.gather(*running)


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else asyncio leaves Nagle on
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made
