"""Servers of a benchmark: uvicorn processes on free ports, stopped at the end."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx


@asynccontextmanager
async def serving(factory: str, env: Mapping[str, str], *, ready: str = "/livez") -> AsyncIterator[tuple[int, str]]:
    """One uvicorn worker for `factory`; gives (process id, base URL) once `ready` answers anything."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(  # noqa: ASYNC220 - returns at once
        [*command, "--no-access-log", "--loop", "uvloop", "--http", "httptools"],
        env={**os.environ, **env},
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        await _answering(base + ready, process)
        yield process.pid, base
    finally:
        process.terminate()
        process.wait(20)


async def _answering(url: str, process: subprocess.Popen[bytes]) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(300):
            if process.poll() is not None:
                raise RuntimeError(f"a server ended with {process.returncode}")
            try:
                await client.get(url)
                return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise RuntimeError(f"nothing answers at {url}")
