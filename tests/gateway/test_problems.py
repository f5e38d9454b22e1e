"""Envoy's own errors are problem documents, in the caller's language, and say the same as the services'."""

import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from cli.gateway_tables import ProblemEntry, read_table
from shared.kit.problems import TYPE_BASE, Problem
from shared.kit.text import negotiate
from tests.gateway.running import TEMPLATE, Answer, Gateway, StartGateway, free_port, read

PATH = "/projects/v1/projects"
PROBLEMS = read_table(TEMPLATE.with_name("problems.yaml"), ProblemEntry)


def assert_problem(answer: Answer, status: int, slug: str, instance: str | None = PATH) -> None:
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json) == {"type", "title", "status", "detail", "instance"}
    assert (answer.json["type"], answer.json["status"]) == (TYPE_BASE + slug, status)
    assert answer.json["title"]
    assert answer.json["detail"]
    assert answer.json["instance"] == instance


class Rogue:
    """A server that answers every connection with `reply` and then waits, or closes at once without a reply."""

    def __init__(self, reply: bytes | None) -> None:
        self._reply = reply
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._open: list[socket.socket] = []
        self.calls = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.calls += 1 if connection.recv(65536) else 0
            if self._reply is None:
                connection.close()
            else:
                connection.sendall(self._reply)
                self._open.append(connection)

    def stop(self) -> None:
        for connection in [*self._open, self._listening]:
            connection.close()


@pytest.fixture
def troubled(start_gateway: StartGateway) -> Iterator[Gateway]:
    """A gateway whose services misbehave: one talks nonsense, one hangs up, one is silent, one is away."""
    nonsense, hangs_up, silent = Rogue(b"this is not HTTP\r\n\r\n"), Rogue(None), Rogue(b"")
    moved = {
        "projects": nonsense.port,
        "sync": hangs_up.port,
        "training": silent.port,
        "webhooks": free_port(),
        "portal": free_port(),
    }
    yield start_gateway(moved, idle_timeout=1)
    for rogue in (nonsense, hangs_up, silent):
        rogue.stop()


def test_401_without_a_token(gateway: Gateway) -> None:
    assert_problem(gateway.get(f"{PATH}?q=secret"), 401, "unauthenticated")


def test_403_for_a_change_of_protocol(gateway: Gateway, bearer: dict[str, str]) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}

    assert_problem(gateway.get(PATH, bearer | upgrade), 403, "forbidden")


def test_404_for_an_unknown_path(gateway: Gateway) -> None:
    assert_problem(gateway.get("/nothing/here"), 404, "not-found", "/nothing/here")


def test_413_for_too_large_a_body(gateway: Gateway, bearer: dict[str, str]) -> None:
    assert_problem(gateway.request("POST", PATH, bearer, b"x" * (1024**2 + 1)), 413, "too-large")


def test_431_for_too_large_headers(gateway: Gateway, bearer: dict[str, str]) -> None:
    answer = gateway.get(PATH, bearer | {"X-Long": "x" * 70_000})

    assert_problem(answer, 431, "headers-too-large", None)


def test_400_for_an_underscore_in_a_header_name(gateway: Gateway, bearer: dict[str, str]) -> None:
    assert_problem(gateway.get(PATH, bearer | {"x_tenant": "other"}), 400, "bad-request", None)


@pytest.mark.parametrize("host", ['a"b', "a b", "a/b", "a\\b", 'a";proto="https'])
def test_400_for_a_host_that_is_none(gateway: Gateway, bearer: dict[str, str], host: str) -> None:
    assert_problem(gateway.get(PATH, bearer | {"Host": host}), 400, "bad-request", None)


def test_502_when_a_service_talks_nonsense(troubled: Gateway, bearer: dict[str, str]) -> None:
    assert_problem(troubled.get(PATH, bearer), 502, "bad-gateway")


def test_503_when_a_service_hangs_up(troubled: Gateway, bearer: dict[str, str]) -> None:
    assert_problem(troubled.get("/sync/v1/runs", bearer), 503, "unavailable", "/sync/v1/runs")


def test_a_request_that_a_service_may_have_seen_is_not_sent_twice(
    start_gateway: StartGateway, bearer: dict[str, str]
) -> None:
    hangs_up = Rogue(None)
    running = start_gateway({"sync": hangs_up.port})

    assert running.request("POST", "/sync/v1/runs", bearer, b"{}").status == 503
    assert running.get("/sync/v1/runs", bearer).status == 503
    assert hangs_up.calls == 2
    hangs_up.stop()


def test_503_when_a_service_is_away(troubled: Gateway, bearer: dict[str, str]) -> None:
    answer = troubled.get("/webhooks/v1/endpoints", bearer)

    assert_problem(answer, 503, "unavailable", "/webhooks/v1/endpoints")
    assert answer.headers["retry-after"] == "2"
    assert "upstream" not in answer.body.decode()


def test_504_when_a_service_is_silent(troubled: Gateway, bearer: dict[str, str]) -> None:
    assert_problem(troubled.get("/training/v1/courses", bearer), 504, "gateway-timeout", "/training/v1/courses")


def test_408_when_a_request_stops_half_way(troubled: Gateway, bearer: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", troubled.port, timeout=10)
    connection.putrequest("POST", "/training/v1/courses")
    for name, value in {**bearer, "Content-Length": "1000"}.items():
        connection.putheader(name, value)
    connection.endheaders(b"{")

    assert_problem(read(connection), 408, "request-timeout", "/training/v1/courses")
    connection.close()


@pytest.mark.parametrize(
    "asked",
    [None, "", "*", "sv", "sv-SE", "da", "da-DK, en;q=0.5", "en", "en-GB,sv;q=0.9", "fi, sv;q=0.8, en;q=0.5", "SV",
     "fi,nb;q=0.9,da;q=0.8,sv;q=0.7", "se, smj, fi", "dan", "swe,sv", "e", "d,s,da", "sv;q=0.9", " sv ", "de,da"],
)  # fmt: skip
def test_the_language_is_the_one_that_the_services_would_choose(gateway: Gateway, asked: str | None) -> None:
    answer = gateway.get("/nothing", {} if asked is None else {"Accept-Language": asked})
    row = next(problem for problem in PROBLEMS if problem.status == 404)
    lang = negotiate(asked)

    assert answer.headers["content-language"] == lang
    assert (answer.json["title"], answer.json["detail"]) == (row.title.pick(lang), row.detail.pick(lang))


def test_texts_and_types_are_those_of_the_services_and_complete() -> None:
    known = {found.slug: found for found in _problem_classes(Problem)}
    for row in PROBLEMS:
        assert row.title.da
        assert row.detail.da
        if row.slug in known:
            assert row.title == known[row.slug].title
            assert (row.answer or row.status) == known[row.slug].status


def test_a_problem_of_a_service_passes_unchanged(gateway: Gateway, bearer: dict[str, str]) -> None:
    for status in (400, 404, 429, 500, 503):
        answer = gateway.get(f"{PATH}?status={status}", bearer)

        assert (answer.status, answer.json["service"]) == (status, "projects")


def _problem_classes(parent: type[Problem]) -> list[type[Problem]]:
    found = [parent]
    for child in parent.__subclasses__():
        if child.__module__ == Problem.__module__:
            found += _problem_classes(child)
    return found
