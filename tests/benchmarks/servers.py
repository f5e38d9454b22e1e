"""Servers of a benchmark on free ports: they end with the block that needs them, and with us if we are killed."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from cli.gateway import SERVICES, GatewayOptions, Rate, Rates, envoy_argv, render_bootstrap
from cli.servers.processes import kill_tree, spawn, tail

ROOT = Path(__file__).parents[2]
_NO_LIMIT = Rate(1_000_000, 1_000_000)


@asynccontextmanager
async def serving(factory: str, env: Mapping[str, str]) -> AsyncIterator[tuple[int, str]]:
    """One uvicorn worker for `factory`; gives (process id, base URL) once it answers anything."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port), "--log-level", "error"]
    command += ["--no-access-log", "--loop", "uvloop", "--http", "httptools"]
    base = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    async with _running(command, f"{base}/livez", environment) as pid:
        yield pid, base


@asynccontextmanager
async def gateway(projects: str, jwks: Path, issuer: str) -> AsyncIterator[tuple[int, str]]:
    """The real Envoy with our bootstrap, rate limits out of the way, before a `projects` service."""
    port = free_port()
    nobody = ("127.0.0.1", free_port())
    host, _, service_port = projects.removeprefix("http://").rpartition(":")
    upstreams = dict.fromkeys(SERVICES, nobody) | {"projects": (host, int(service_port))}
    options = GatewayOptions(issuer=issuer, jwks=jwks, rates=Rates(_NO_LIMIT, _NO_LIMIT, _NO_LIMIT))
    with tempfile.TemporaryDirectory(prefix="startklar-bench-") as folder:
        bootstrap = Path(folder) / "envoy.json"
        template = ROOT / "deploy" / "gateway" / "envoy.yaml"
        render_bootstrap(template, bootstrap, upstreams, ("127.0.0.1", port), options)
        base = f"http://127.0.0.1:{port}"
        async with _running(envoy_argv(bootstrap), f"{base}/gateway/health") as pid:
            yield pid, base


@asynccontextmanager
async def _running(command: Sequence[str], probe: str, env: Mapping[str, str] | None = None) -> AsyncIterator[int]:
    with tempfile.TemporaryDirectory(prefix="startklar-bench-") as folder:
        log = Path(folder) / "log"
        process = spawn(command, log=log, env=env)
        try:
            await _answering(probe, process, log)
            yield process.pid
        finally:
            end(process)


def end(process: subprocess.Popen[bytes], *, seconds: float = 20) -> None:
    """Ask it to end; kill it with its children after `seconds`."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        kill_tree(process.pid)
        process.wait()


async def _answering(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"a server ended with {process.returncode}:\n{tail(log)}")
            try:
                await client.get(url)
                return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise RuntimeError(f"nothing answers at {url}:\n{tail(log)}")


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
