"""One JSON line per request, without anything that opens a door or names a person."""

import json
from pathlib import Path
from shutil import copytree

import pytest

from shared.auth.testing import TokenMint
from tests.gateway.running import TEMPLATE, Gateway, StartGateway
from tests.gateway.upstream import App, Receive, Scope, Send, Servers

SECRET = "zX9-hemligt-7Qq"


def test_a_line_tells_what_happened(gateway: Gateway, bearer: dict[str, str]) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    given = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "User-Agent": "reader/1.0"}
    answer = gateway.request("POST", "/projects/v1/projects?status=201", bearer | given, b"12345")
    line = gateway.logged(answer.headers["x-request-id"])

    expected = {
        "method": "POST", "path": "/projects/v1/projects", "route": "projects", "upstream": "projects",
        "status": 201, "bytes_in": 5, "bytes_out": len(answer.body), "trace_id": trace, "protocol": "HTTP/1.1",
        "user_agent": "reader/1.0", "host": f"127.0.0.1:{gateway.port}", "client_network": "127.0.0.0/24",
    }  # fmt: skip
    assert expected.items() <= line.items()
    assert line["time"].endswith("Z")
    assert line["duration_ms"] >= 0


def test_a_refusal_tells_why(gateway: Gateway) -> None:
    answer = gateway.get("/projects/v1/projects")

    assert gateway.logged(answer.headers["x-request-id"])["details"] == "jwt_authn_access_denied{Jwt_is_missing}"


@pytest.mark.parametrize(
    "path",
    ["/oauth2/authorize", "/oidc/haninge/callback", "/projects/v1/projects", "/nowhere", "/docs", "/sync/v1/..%2f"],
)
def test_no_secret_of_a_request_or_its_answer_is_logged(gateway: Gateway, mint: TokenMint, path: str) -> None:
    token = mint.token()
    query = f"code={SECRET}&token={SECRET}&state={SECRET}&access_token={token}&id_token_hint={token}&q=Anna+{SECRET}"
    headers = {
        "Authorization": f"Bearer {token}",
        "Cookie": f"session={SECRET}",
        "DPoP": SECRET,
        "Referer": f"http://127.0.0.1/oauth2/authorize?code={SECRET}",
        "X-Api-Key": SECRET,
        "Idempotency-Key": SECRET,
    }
    body = f"client_secret={SECRET}&code={SECRET}&refresh_token={SECRET}".encode()
    gateway.request("POST", f"{path}?{query}&location=/x?code={SECRET}&status=302", headers, body)
    gateway.logged(gateway.get("/gateway/health").headers["x-request-id"])  # lines are written in order

    for text in (gateway.printed(), gateway.complaints()):
        assert SECRET not in text
        assert token not in text
        assert token.split(".")[1] not in text


def test_too_large_a_body_does_not_bring_the_url_into_envoys_own_log(gateway: Gateway) -> None:
    path = f"/oauth2/token?code={SECRET}&too-large"

    assert gateway.request("POST", path, body=b"x" * (1024**2 + 1)).status == 413
    assert gateway.request("POST", path, body=iter([b"x" * 1024**2, b"x"])).status == 413
    gateway.logged(gateway.get("/gateway/health").headers["x-request-id"])
    assert SECRET not in gateway.complaints()


def test_a_path_that_is_a_secret_is_not_logged(
    start_gateway: StartGateway, bearer: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "template"
    copytree(TEMPLATE.parent, folder)
    row = {"path": "/training/v1/feeds/{token}", "methods": ["GET"], "why": "calendars", "secret": True}
    with (folder / "public-routes.yaml").open("a") as table:
        table.write(f"- {json.dumps(row)}\n")
    running = start_gateway(None, {"template": folder / "envoy.yaml"})
    for query in ("", "?x=1"):
        answer = running.get(f"/training/v1/feeds/{SECRET}{query}")
        line = running.logged(answer.headers["x-request-id"])

        assert answer.status == 200
        assert (line["path"], line["route"]) == ("[secret]", "training")
    other = running.get("/training/v1/feeds", bearer)
    assert running.logged(other.headers["x-request-id"])["path"] == "/training/v1/feeds"
    assert SECRET not in running.printed()


def test_addresses_are_logged_as_networks_only(start_gateway: StartGateway, bearer: dict[str, str]) -> None:
    running = start_gateway(trusted_hops=1)
    answer = running.get("/projects/v1/projects", bearer | {"X-Forwarded-For": "198.51.100.77"})

    assert running.logged(answer.headers["x-request-id"])["client_network"] == "198.51.100.0/24"
    assert "198.51.100.77" not in running.printed()


def test_a_line_cannot_be_forged(gateway: Gateway, bearer: dict[str, str]) -> None:
    answer = gateway.get('/projects/v1/a%0A%22,"status":200', bearer | {"User-Agent": 'x","status":"500\\'})
    line = gateway.logged(answer.headers["x-request-id"])

    assert line["status"] == 200
    assert line["user_agent"] == 'x","status":"500\\'


class Collector:
    """Receives spans (OTLP over HTTP) and keeps their bytes."""

    def __init__(self) -> None:
        self.received = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.received += (await receive())["body"]
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})


def test_spans_reach_a_collector_and_hold_no_secret(start_gateway: StartGateway, mint: TokenMint) -> None:
    collector = Collector()
    app: App = collector
    servers = Servers({"collector": app})
    servers.start()
    running = start_gateway(trace_endpoint=f"http://127.0.0.1:{servers.ports['collector']}")
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    token = mint.token()
    headers = {"Authorization": f"Bearer {token}", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    for _ in range(30):
        running.get(f"/projects/v1/persons/{SECRET}?code={SECRET}&token={token}", headers)
    running.stop()
    servers.stop()

    assert bytes.fromhex(trace) in collector.received
    assert SECRET.encode() not in collector.received
    assert token.encode() not in collector.received
