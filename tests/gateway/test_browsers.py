"""CORS for the configured front-ends, and compression."""

import gzip
import json

import pytest

from tests.gateway.running import ORIGIN, Answer, Gateway, StartGateway
from tests.gateway.upstream import Echo

PATH = "/projects/v1/projects"
LONG = f"{PATH}?filler=2000"


def preflight(gateway: Gateway, origin: str, path: str = PATH, method: str = "PATCH") -> Answer:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,if-match,content-type",
    }
    return gateway.request("OPTIONS", path, asked)


def test_a_preflight_of_a_configured_origin_is_answered_without_a_token(
    gateway: Gateway, echoes: dict[str, Echo]
) -> None:
    calls = echoes["projects"].calls
    answer = preflight(gateway, ORIGIN)

    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].split(", ")
    assert {"authorization", "dpop", "if-match", "idempotency-key", "content-type", "traceparent"} <= set(allowed)
    assert "access-control-allow-credentials" not in answer.headers
    assert echoes["projects"].calls == calls


@pytest.mark.parametrize(
    "origin", ["https://evil.test", f"{ORIGIN}.evil.test", "null", ORIGIN.replace("https", "http")]
)
def test_another_origin_gets_no_permission(
    gateway: Gateway, bearer: dict[str, str], echoes: dict[str, Echo], origin: str
) -> None:
    calls = echoes["projects"].calls + echoes["identity"].calls

    for path in (PATH, "/oauth2/token"):
        assert "access-control-allow-origin" not in preflight(gateway, origin, path).headers
        assert preflight(gateway, origin, path, "POST").status == 200
    assert echoes["projects"].calls + echoes["identity"].calls == calls
    assert "access-control-allow-origin" not in gateway.get(PATH, bearer | {"Origin": origin}).headers


def test_answers_and_errors_can_be_read_by_a_configured_origin(gateway: Gateway, bearer: dict[str, str]) -> None:
    for headers, status in ((bearer, 200), ({}, 401)):
        answer = gateway.get(PATH, headers | {"Origin": ORIGIN})

        assert answer.status == status
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        exposed = answer.headers["access-control-expose-headers"].split(", ")
        assert {"etag", "location", "retry-after", "traceparent", "www-authenticate"} <= set(exposed)


def test_caches_are_told_that_the_origin_matters(gateway: Gateway, bearer: dict[str, str]) -> None:
    assert "Origin" in gateway.get(PATH, bearer).headers["vary"]


def test_without_configured_origins_none_is_allowed(start_gateway: StartGateway) -> None:
    assert "access-control-allow-origin" not in preflight(start_gateway(), ORIGIN).headers


@pytest.mark.parametrize(("accepted", "chosen"), [("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br", "br")])
def test_answers_are_compressed(gateway: Gateway, bearer: dict[str, str], accepted: str, chosen: str) -> None:
    plain = gateway.get(LONG, bearer)
    answer = gateway.get(LONG, bearer | {"Accept-Encoding": accepted})

    assert answer.headers["content-encoding"] == chosen
    assert "Accept-Encoding" in answer.headers["vary"]
    assert len(answer.body) < len(plain.body) / 2
    if chosen == "gzip":
        assert json.loads(gzip.decompress(answer.body))["service"] == "projects"


def test_an_answer_is_plain_for_who_asks_for_nothing_else(gateway: Gateway, bearer: dict[str, str]) -> None:
    for accepted in ("identity", "*;q=0", ""):
        assert "content-encoding" not in gateway.get(LONG, bearer | {"Accept-Encoding": accepted}).headers


def test_a_strong_etag_survives(gateway: Gateway, bearer: dict[str, str]) -> None:
    answer = gateway.get(f"{LONG}&etag=%223%22", bearer | {"Accept-Encoding": "gzip, br"})

    assert answer.headers["etag"] == '"3"'
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("content_type", ["image/png", "application/zip", "application/pdf"])
def test_what_is_compressed_already_is_left_alone(gateway: Gateway, bearer: dict[str, str], content_type: str) -> None:
    answer = gateway.get(f"{LONG}&content-type={content_type}", bearer | {"Accept-Encoding": "gzip"})

    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/oauth2/authorize", "/oidc/x/callback", "/saml/x/acs"])
def test_answers_that_hold_tokens_are_not_compressed(gateway: Gateway, path: str) -> None:
    assert "content-encoding" not in gateway.get(f"{path}?filler=2000", {"Accept-Encoding": "gzip, br"}).headers
