"""An installation during an upgrade: databases, two trees' processes, and what spreads calls over the pods that are in.

Calls, those between services included, meet old and new processes in turn, as behind a Service in Kubernetes.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from shared.auth.testing import TokenMint
from tests.shared.queue.processes import free_port
from tests.support.databases import ROOT


class Balancer:
    """Passes each connection to the next of the processes that are in."""

    def __init__(self) -> None:
        self.port = 0
        self.ins: list[int] = []
        self._turn = count()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            there, back = await asyncio.open_connection("127.0.0.1", self.ins[next(self._turn) % len(self.ins)])
            await asyncio.gather(_copy(reader, back), _copy(there, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await reader.read(65_536):
            writer.write(part)
            await writer.drain()
    with suppress(OSError):
        writer.close()


class Keys:
    """What verifies tokens: identity's published keys, and those of the test's mint, which plays the people."""

    def __init__(self, mint: TokenMint, identity: Balancer) -> None:
        self._mint = mint
        self._identity = identity
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, httpx.HTTPError):
            await reader.readuntil(b"\r\n\r\n")
            async with httpx.AsyncClient(trust_env=False) as client:
                published = (await client.get(f"{self._identity.url}/oauth2/jwks")).json()
            body = json.dumps({"keys": [*published["keys"], *self._mint.jwks["keys"]]}).encode()
            head = f"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()


@dataclass
class Tree:
    """The processes of one tree. `ports` are those of its web processes."""

    name: str
    path: Path
    process: asyncio.subprocess.Process
    logs: Path
    ports: dict[str, int] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def order(self, **order: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        async with self.turn:
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
            await self.process.stdin.drain()
            answer: dict[str, Any] = json.loads(await self.process.stdout.readline())
        return answer

    async def run(self, name: str, module: str, env: dict[str, str], arguments: Sequence[str] = ()) -> str:
        """Run a module to its end; its output. Fails with it when it fails."""
        log = self.logs / f"{self.name}-{name}.log"
        told = await self.order(run=name, module=module, arguments=list(arguments), env=env, log=str(log))
        assert told["status"] == 0, f"{name} of {self.name}:\n{log.read_text()[-3000:]}"
        return log.read_text()

    async def stop(self) -> None:
        if self.process.returncode is None and self.process.stdin is not None:
            self.process.stdin.close()
            await self.process.wait()


class Cluster:
    """`urls`: database URLs by service and role."""

    def __init__(self, urls: dict[str, dict[str, str]], redis_url: str, folder: Path, stack: AsyncExitStack) -> None:
        self.urls = urls
        self.services = tuple(urls)
        self.mint = TokenMint("http://issuer.test")
        self.balancers = {service: Balancer() for service in urls}
        self.keys = Keys(self.mint, self.balancers["identity"])
        self.folder = folder
        self._redis_url = redis_url
        self._stack = stack

    async def open(self) -> None:
        servers: list[Balancer | Keys] = [*self.balancers.values(), self.keys]
        for one in servers:
            await one.start()
            self._stack.push_async_callback(one.stop)

    async def tree(self, name: str, path: Path) -> Tree:
        """The process from which those of a tree are forked."""
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{path}{os.pathsep}{ROOT}"}
        pipe = asyncio.subprocess.PIPE
        command = [sys.executable, "-m", "tests.upgrades.serve"]
        process = await asyncio.create_subprocess_exec(*command, cwd=path, env=env, stdin=pipe, stdout=pipe)
        made = Tree(name, path, process, self.folder)
        self._stack.push_async_callback(made.stop)
        assert process.stdout is not None
        assert json.loads(await process.stdout.readline() or "{}") == {"ready": str(path)}
        return made

    def environment(self, service: str, tree: Path) -> dict[str, str]:
        """What a web process or worker of a service reads."""
        prefix, urls = service.upper(), self.urls[service]
        addresses = {name: balancer.url for name, balancer in self.balancers.items()}
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(tree),
            "STARTKLAR_ENVIRONMENT": "development",
            "STARTKLAR_PUBLIC_URL": self.mint.issuer,
            "STARTKLAR_ISSUER": self.mint.issuer,
            "STARTKLAR_JWKS_URL": f"http://127.0.0.1:{self.keys.port}/jwks",
            "STARTKLAR_REDIS_URL": self._redis_url,
            "STARTKLAR_MAIL_SPOOL": str(self.folder / "mail"),
            "STARTKLAR_SERVICE_URLS": json.dumps(addresses),
            f"{prefix}_DATABASE_URL": urls["app"],
            f"{prefix}_RELAY_DATABASE_URL": urls["relay"],
            f"{prefix}_CLIENT_KEY_FILE": str(self.folder / f"{service}.pem"),
            f"{prefix}_FILE_KEY": (self.folder / f"{service}.file-key").read_text(),
        }

    async def column(self, url: str, query: str, *values: Any) -> list[str]:
        """The first column of what a query finds, as text."""
        connection = await asyncpg.connect(url)
        try:
            return [str(row[0]) for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()

    async def migrate(self, tree: Tree, service: str) -> None:
        """Upgrade the service's database with the tree's code, as its migration job does."""
        owner = {f"{service.upper()}_OWNER_DATABASE_URL": self.urls[service]["owner"]}
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tree.path)} | owner
        ini = str(tree.path / "services" / service / "alembic.ini")
        await tree.run(f"migrate-{service}", "alembic.config", env, ["-c", ini, "upgrade", "head"])

    async def start_web(self, tree: Tree, service: str) -> None:
        """Start a web process, and let it in when it is ready."""
        tree.ports[service] = port = free_port()
        env, log = self.environment(service, tree.path), str(self.folder / f"{tree.name}-{service}.log")
        await tree.order(start=service, app=f"services.{service}.app:create_app", port=port, env=env, log=log)
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(600):
                with suppress(httpx.HTTPError):
                    if (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                        break
                await asyncio.sleep(0.1)
            else:
                raise AssertionError(f"{tree.name} {service} did not start:\n{Path(log).read_text()[-3000:]}")
        self.balancers[service].ins.append(port)

    async def stop_web(self, tree: Tree, service: str) -> int:
        """Let nothing new in, wait a moment (the preStop hook), end it; the exit status."""
        self.balancers[service].ins.remove(tree.ports[service])
        await asyncio.sleep(0.2)
        status: int = (await tree.order(stop=service))["status"]
        return status

    async def start_worker(self, tree: Tree, service: str) -> None:
        env, log = self.environment(service, tree.path), str(self.folder / f"{tree.name}-{service}-worker.log")
        await tree.order(start=f"{service}-worker", module=f"services.{service}.worker", env=env, log=log)

    async def stop_worker(self, tree: Tree, service: str) -> int:
        status: int = (await tree.order(stop=f"{service}-worker"))["status"]
        return status
