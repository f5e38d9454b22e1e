"""Methods, headers and spellings that nobody should send, and places that nobody outside may see."""

import pytest

from shared.auth import Scope
from tests.e2e.house import ADMIN, LEADER, House, problem
from tests.e2e.projects import PROJECTS
from tests.e2e.raw import exchange, head

pytestmark = pytest.mark.stack

HIDDEN = [
    "/internal/events",
    "/internal/changes",
    "/internal/person-data",
    "/metrics",
    "/readyz",
    "/livez",
    "/startupz",
    "/projects/v1/../../internal/events",
    "/projects/v1/%2e%2e/%2e%2e/internal/events",
    "/projects/v1/%252e%252e/internal/events",
    "/projects/v1//internal/events",
    "//internal/events",
    "/INTERNAL/events",
    "/projects/v1/internal/events",
    "/projects/v1/metrics",
    "/projects/v1/readyz",
    "/sync/v1/internal/changes",
    "/projects/v1/..;/internal/events",
    "/projects/v1\\..\\..\\internal\\events",
    "http://projects/internal/events",
    "/docs/../metrics",
    "/oidc/../internal/events",
    "/.well-known/../readyz",
    "/stats",
    "/config_dump",
    "/server_info",
    "/clusters",
]


@pytest.mark.parametrize("path", HIDDEN)
def test_what_is_internal_does_not_exist_outside(house: House, path: str) -> None:
    for user in (None, ADMIN):
        headers = {"Connection": "close"} | ({"Authorization": f"Bearer {house.token(user)}"} if user else {})
        answer = exchange(house, head("GET", path, headers))
        assert answer.status in (400, 401, 404), answer.text[:300]
        assert user is None or answer.status != 401, "with a good token it is simply not there"
        assert "application/problem+json" in answer.text


def _requests(token: str) -> dict[str, tuple[bytes, set[int]]]:
    bearer = f"Authorization: Bearer {token}\r\n".encode()
    get = b"GET /projects/v1/projects HTTP/1.1\r\nHost: x\r\n" + bearer
    post = b"POST /projects/v1/projects HTTP/1.1\r\nHost: x\r\n" + bearer
    return {
        "two lengths": (post + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", {400}),
        "a length and chunks": (
            post
            + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /internal/events HTTP/1.1\r\n\r\n",
            {400},
        ),
        "a chunk that is none": (post + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n", {400}),
        "no host": (b"GET /projects/v1/projects HTTP/1.1\r\n" + bearer + b"\r\n", {400}),
        "an old version": (b"GET /projects/v1/projects HTTP/1.0\r\n" + bearer + b"\r\n", {426}),
        "a NUL in a header": (get + b"X-A: a\0b\r\n\r\n", {400}),
        "an underscore header": (get + b"x_forwarded_for: 1\r\n\r\n", {400}),
        "five hundred headers": (get + b"".join(b"x-%d: y\r\n" % number for number in range(500)) + b"\r\n", {431}),
        "a header without end": (get + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n", {431}),
        "a socket": (get + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", {403}),
        "a method of its own": (b"FETCH /projects/v1/projects HTTP/1.1\r\nHost: x\r\n" + bearer + b"\r\n", {400, 405}),
        "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100), {400}),
    }


@pytest.mark.parametrize("name", list(_requests("")))
def test_a_malformed_request_is_refused_before_it_reaches_a_service(house: House, name: str) -> None:
    request, expected = _requests(house.token(LEADER))[name]
    answer = exchange(house, request)
    assert answer.status in expected, answer.text[:300]
    assert "application/problem+json" in answer.text
    assert answer.text.count("HTTP/1.1") == 1, "one request, one answer"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_a_method_that_is_not_there_names_all_that_are(house: House, method: str) -> None:
    answer = house.ask(method, PROJECTS)
    problem(answer, 405)
    assert {"GET", "POST"} <= set(answer.headers["allow"].replace(" ", "").split(","))


def test_head_tells_what_get_would(house: House) -> None:
    for path in (PROJECTS, "/projects/v1/templates", "/projects/v1/api-info"):
        got, asked = house.ask("GET", path), house.ask("HEAD", path)
        assert (asked.status_code, asked.content) == (got.status_code, b"")
        assert asked.headers["content-type"] == got.headers["content-type"]
    assert house.ask("HEAD", f"{PROJECTS}/x").status_code == 422
    assert house.ask("HEAD", PROJECTS, None).status_code == 401


@pytest.mark.parametrize("accept", ["application/xml", "text/html", "application/json;q=0", "nonsense", ""])
def test_whatever_is_accepted_the_answer_is_json(house: House, accept: str) -> None:
    answer = house.ask("GET", "/projects/v1/templates", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


def test_links_never_follow_a_host_that_the_caller_made_up(house: House) -> None:
    headers = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "Forwarded": "host=evil.example",
    }
    for path in ("/projects/v1/projects?limit=1", "/.well-known/openid-configuration", "/projects/v1/api-info"):
        answer = house.ask("GET", path, headers=headers)
        assert answer.status_code == 200
        assert "evil.example" not in answer.text
        assert house.gateway in answer.text


def test_line_breaks_do_not_travel_from_input_into_headers(house: House) -> None:
    answer = house.ask("GET", "/projects/v1/templates/a%0d%0aSet-Cookie:%20x/versions/1")
    assert answer.status_code in (400, 404, 422)
    assert "set-cookie" not in answer.headers
    traced = house.ask("GET", PROJECTS, headers={"traceparent": "00-zz-zz-zz", "Accept-Language": "sv" * 2000})
    assert traced.status_code == 200
    assert traced.headers["traceparent"].startswith("00-")
    assert "zz" not in traced.headers["traceparent"]


def test_a_repeated_parameter_is_never_a_fault(house: House) -> None:
    for query in ("limit=5&limit=6", "limit=5&limit=abc", "cursor=&cursor=", "=&&=", "limit"):
        assert house.ask("GET", f"{PROJECTS}?{query}").status_code in (200, 422)


def test_every_scope_is_known_to_the_documents(house: House) -> None:
    """The client of these tests asks for all of them: one that is refused would weaken every test here."""
    granted = house.client.get("/.well-known/openid-configuration").json()["scopes_supported"]
    assert {scope.value for scope in Scope} <= set(granted)
