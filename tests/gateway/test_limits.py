"""How much, how often and how long: bodies, rates, connections, time."""

import hashlib
import http.client
import json
import os
import socket
import time
from collections.abc import Iterator

import pytest

from cli.gateway import Rate, Rates
from shared.auth.testing import TokenMint
from tests.gateway.running import Answer, Gateway, StartGateway, read
from tests.gateway.upstream import Echo

MIB = 1024**2
PATH = "/projects/v1/projects"
UPLOAD = "/sync/v1/uploads/0190c0de-0000-7000-8000-000000000001/content"
PLENTY = Rate(10_000, 10_000)


def pieces(total: int, size: int = 64 * 1024) -> Iterator[bytes]:
    piece = os.urandom(size)
    for _ in range(total // size):
        yield piece
    yield piece[: total % size]


def announce(gateway: Gateway, method: str, path: str, headers: dict[str, str], length: int) -> Answer:
    """The answer to the head of a request that promises `length` bytes and sends none."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.putrequest(method, path)
    for name, value in {**headers, "Content-Length": str(length)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    try:
        return read(connection)
    finally:
        connection.close()


def test_a_body_of_one_mebibyte_passes_and_one_byte_more_does_not(gateway: Gateway, bearer: dict[str, str]) -> None:
    assert gateway.request("POST", PATH, bearer, b"x" * MIB).json["length"] == MIB
    assert gateway.request("POST", PATH, bearer, b"x" * (MIB + 1)).status == 413


def test_the_limit_counts_bytes_also_without_a_length(gateway: Gateway, bearer: dict[str, str]) -> None:
    assert gateway.request("POST", PATH, bearer, pieces(MIB)).json["length"] == MIB
    assert gateway.request("POST", PATH, bearer, pieces(MIB + 1)).status == 413


def test_too_long_a_body_is_refused_before_it_is_sent(
    gateway: Gateway, bearer: dict[str, str], echoes: dict[str, Echo]
) -> None:
    # Not projects: what a former test cut off may still be on its way there.
    calls = echoes["training"].calls

    assert announce(gateway, "POST", "/training/v1/courses", bearer, MIB + 1).status == 413
    assert announce(gateway, "PUT", UPLOAD, bearer, 512 * MIB + 1).status == 413
    assert echoes["training"].calls == calls


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", UPLOAD),
        ("PUT", UPLOAD + "/x"),
        ("PUT", "/sync/v1/uploads"),
        ("PUT", "/training/v1/uploads/1/content"),
        ("DELETE", UPLOAD),
    ],
)
def test_only_the_upload_route_takes_more(gateway: Gateway, bearer: dict[str, str], method: str, path: str) -> None:
    assert announce(gateway, method, path, bearer, MIB + 1).status == 413


def test_an_upload_needs_a_token(gateway: Gateway) -> None:
    assert announce(gateway, "PUT", UPLOAD, {}, 5).status == 401


@pytest.mark.parametrize(("method", "with_length"), [("PUT", True), ("PATCH", False)])
def test_a_large_upload_streams_through_without_being_held(
    gateway: Gateway, bearer: dict[str, str], method: str, with_length: bool
) -> None:
    total = 96 * MIB
    digest = hashlib.sha256()
    before = gateway.memory()
    peak = before

    def body() -> Iterator[bytes]:
        nonlocal peak
        for piece in pieces(total, 256 * 1024):
            digest.update(piece)
            peak = max(peak, gateway.memory())
            yield piece

    length = {"Content-Length": str(total)} if with_length else {}
    answer = gateway.request(method, UPLOAD, bearer | length, body())

    assert (answer.status, answer.json["length"]) == (200, total)
    assert answer.json["sha256"] == digest.hexdigest()
    assert peak - before < 16 * MIB


def test_the_service_reads_an_upload_while_it_is_being_sent(
    gateway: Gateway, bearer: dict[str, str], echoes: dict[str, Echo]
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.putrequest("PUT", UPLOAD)
    for name, value in {**bearer, "Content-Length": str(4 * MIB)}.items():
        connection.putheader(name, value)
    connection.endheaders(b"a" * (2 * MIB))

    deadline = time.monotonic() + 5
    while echoes["sync"].reading < MIB and time.monotonic() < deadline:
        time.sleep(0.01)
    assert echoes["sync"].reading >= MIB

    connection.send(b"a" * (2 * MIB))
    assert read(connection).json["length"] == 4 * MIB
    connection.close()


def test_an_endless_upload_without_a_length_ends_at_the_limit(
    start_gateway: StartGateway, bearer: dict[str, str]
) -> None:
    smaller = {'"max_request_bytes": 536870912': f'"max_request_bytes": {2 * MIB}'}
    running = start_gateway(None, {"changes": smaller})

    assert running.request("PUT", UPLOAD, bearer, pieces(2 * MIB)).json["length"] == 2 * MIB
    assert running.request("PUT", UPLOAD, bearer, pieces(2 * MIB + 1)).status == 413


def test_an_address_that_calls_too_often_waits(start_gateway: StartGateway, bearer: dict[str, str]) -> None:
    running = start_gateway(rates=Rates(address=Rate(1, 5), sign_in=PLENTY, subject=PLENTY))
    answers = [running.get(PATH, bearer) for _ in range(8)]
    refused = next(answer for answer in answers if answer.status == 429)

    assert answers[0].status == 200
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json["type"] == "https://startklar.dev/problems/too-many-requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 2
    assert "x-envoy-ratelimited" not in refused.headers
    time.sleep(int(refused.headers["retry-after"]) + 0.1)
    assert running.get(PATH, bearer).status == 200


def test_refused_tokens_count_against_the_address(start_gateway: StartGateway) -> None:
    running = start_gateway(rates=Rates(address=Rate(1, 5), sign_in=PLENTY, subject=PLENTY))
    statuses = [running.get(PATH, {"Authorization": "Bearer x"}).status for _ in range(8)]

    assert set(statuses) == {401, 429}


@pytest.mark.parametrize("path", ["/oauth2/token", "/identity/v1/bootstraps"])
def test_signing_in_has_a_limit_of_its_own(start_gateway: StartGateway, bearer: dict[str, str], path: str) -> None:
    running = start_gateway(rates=Rates(address=PLENTY, sign_in=Rate(1, 3), subject=PLENTY))
    statuses = [running.request("POST", path).status for _ in range(6)]

    assert statuses[0] == 200
    assert 429 in statuses
    assert running.get(PATH, bearer).status == 200


def test_one_subject_does_not_use_up_what_others_need(start_gateway: StartGateway, mint: TokenMint) -> None:
    running = start_gateway(rates=Rates(address=PLENTY, sign_in=PLENTY, subject=Rate(1, 3)))
    busy, calm = mint.headers(), mint.headers()
    statuses = [running.get(PATH, busy).status for _ in range(6)]

    assert statuses[0] == 200
    assert 429 in statuses
    assert running.get(PATH, calm).status == 200
    assert running.get("/openapi.json").status == 200


def test_another_address_has_a_bucket_of_its_own(start_gateway: StartGateway) -> None:
    running = start_gateway(rates=Rates(address=Rate(1, 3), sign_in=PLENTY, subject=PLENTY), trusted_hops=1)
    statuses = [running.get("/status", {"X-Forwarded-For": "198.51.100.7"}).status for _ in range(6)]

    assert 429 in statuses
    assert running.get("/status", {"X-Forwarded-For": "198.51.100.8"}).status == 200


def test_connections_beyond_the_limit_are_closed_and_nothing_is_warned_of(start_gateway: StartGateway) -> None:
    running = start_gateway(max_connections=4)
    held = [socket.create_connection(("127.0.0.1", running.port), timeout=5) for _ in range(8)]
    time.sleep(0.2)
    answered = [connection for connection in held if not is_closed(connection)]

    assert 1 <= len(answered) <= 4
    for connection in held:
        connection.close()
    time.sleep(0.2)
    assert running.get("/gateway/health").status == 200
    assert "overload" not in running.complaints().lower()


def test_a_long_answer_arrives_line_by_line_and_outlives_the_idle_timeout(
    start_gateway: StartGateway, bearer: dict[str, str]
) -> None:
    running = start_gateway(idle_timeout=1)
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    connection.request("GET", "/sync/v1/changes?ndjson=6&pause=0.4", headers=bearer)
    response = connection.getresponse()
    started = time.monotonic()
    first = json.loads(response.readline())
    waited = time.monotonic() - started
    rest = response.read().splitlines()
    connection.close()

    assert first["line"] == 0
    assert waited < 0.3
    assert len(rest) == 5
    assert time.monotonic() - started > 1.5


def test_compression_does_not_hold_lines_back(gateway: Gateway, bearer: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    started = time.monotonic()
    connection.request("GET", "/sync/v1/changes?ndjson=3&pause=0.5", headers={**bearer, "Accept-Encoding": "gzip"})
    response = connection.getresponse()
    first = response.read1(100)
    waited = time.monotonic() - started
    response.read()
    connection.close()

    assert response.getheader("content-encoding") == "gzip"
    assert first
    assert waited < 0.4


def test_a_head_that_drips_in_is_cut_off(start_gateway: StartGateway) -> None:
    running = start_gateway(None, {"changes": {'"request_headers_timeout": "10s"': '"request_headers_timeout": "1s"'}})
    with socket.create_connection(("127.0.0.1", running.port), timeout=5) as slow:
        slow.sendall(b"GET /gateway/health HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert b"408" in slow.recv(2000)


def test_two_gateways_do_not_share_a_port(gateway: Gateway, start_gateway: StartGateway) -> None:
    second = start_gateway(None, {"port": gateway.port})

    assert second.process.wait(timeout=10) != 0
    assert "Address already in use" in second.complaints()


def is_closed(connection: socket.socket) -> bool:
    try:
        connection.sendall(b"GET /gateway/health HTTP/1.1\r\nHost: x\r\n\r\n")
        return connection.recv(100) == b""
    except ConnectionError:
        return True
