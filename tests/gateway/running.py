"""A real Envoy on free ports of loopback, and a client that sends paths and headers exactly as written."""

import http.client
import json
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.gateway import GatewayOptions, envoy_argv, render_bootstrap

TEMPLATE = Path(__file__).parents[2] / "deploy" / "gateway" / "envoy.yaml"
ORIGIN = "https://app.startklar.test"  # a front-end that may call us
Body = bytes | Iterable[bytes] | None


@dataclass(frozen=True)
class Answer:
    """A response; header names are in lower case, values of a repeated one joined by a comma."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def seen(self) -> dict[str, str]:
        """The headers that the echo service received."""
        return dict(self.json["headers"])


class Gateway:
    """One Envoy over `upstreams`; `folder` holds its configuration and what it printed."""

    def __init__(
        self,
        folder: Path,
        upstreams: Mapping[str, int],
        options: GatewayOptions,
        *,
        template: Path = TEMPLATE,
        changes: Mapping[str, str] | None = None,
        port: int | None = None,
        certificate: Path | None = None,
    ) -> None:
        self._tls = ssl.create_default_context(cafile=str(certificate)) if certificate else None
        self.port = port or free_port()
        self._printed, self._complained = folder / "stdout.log", folder / "stderr.log"
        bootstrap = folder / "envoy.json"
        addresses = {name: ("127.0.0.1", port) for name, port in upstreams.items()}
        render_bootstrap(template, bootstrap, addresses, ("127.0.0.1", self.port), options)
        text = bootstrap.read_text(encoding="utf-8")
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        bootstrap.write_text(text, encoding="utf-8")
        with self._printed.open("wb") as out, self._complained.open("wb") as err:
            self.process = subprocess.Popen(envoy_argv(bootstrap, concurrency=1), stdout=out, stderr=err)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.request("GET", "/gateway/health").status == 200:
                    return
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise AssertionError(f"Envoy did not start: {self.complaints()[-2000:]}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        tls: ssl.SSLContext | None = None,
    ) -> Answer:
        """Send one request on a connection of its own; an iterable body goes out in chunks, without a length."""
        context = tls or self._tls
        connection = (
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context)
            if context
            else http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        )
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            return read(connection)
        finally:
            connection.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("GET", path, headers)

    def complaints(self) -> str:
        """What Envoy said of itself."""
        return self._complained.read_text(encoding="utf-8")

    def printed(self) -> str:
        """The raw access log so far."""
        return self._printed.read_text(encoding="utf-8")

    def logged(self, request_id: str) -> dict[str, Any]:
        """The access log's line of one request, which Envoy writes a little later."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for line in self.printed().splitlines():
                if request_id in line:
                    found: dict[str, Any] = json.loads(line)
                    return found
            time.sleep(0.05)
        raise AssertionError(f"no line for {request_id}")

    def memory(self) -> int:
        """Resident bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) * 1024


StartGateway = Callable[..., Gateway]


def read(connection: http.client.HTTPConnection) -> Answer:
    """The answer that waits on `connection`."""
    response = connection.getresponse()
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return Answer(response.status, headers, response.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
