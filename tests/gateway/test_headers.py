"""What the gateway strips from requests and answers, and what it tells the services."""

import re

import pytest

from tests.gateway.running import Gateway, StartGateway

PATH = "/projects/v1/projects"
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01")


def test_envoys_own_headers_from_outside_are_stripped(gateway: Gateway, bearer: dict[str, str]) -> None:
    forged = {
        "X-Envoy-Retry-On": "5xx",
        "X-Envoy-Upstream-Rq-Timeout-Ms": "1",
        "x-envoy-original-path": "/internal",
        "X-Envoy-External-Address": "198.51.100.7",
        "X-Envoy-Internal": "true",
        "x-envoy-of-our-own-making": "yes",
    }
    seen = gateway.get(PATH, bearer | forged).seen

    assert {name for name in seen if name.startswith("x-envoy-")} <= {"x-envoy-external-address"}
    assert seen.get("x-envoy-external-address") != "198.51.100.7"


@pytest.mark.parametrize("name", ["X-Forwarded-Client-Cert", "X-Real-IP", "X-Forwarded-Port", "X-Forwarded-Prefix"])
def test_claims_about_the_connection_are_stripped(gateway: Gateway, bearer: dict[str, str], name: str) -> None:
    assert name.lower() not in gateway.get(PATH, bearer | {name: "Hash=ab;Subject=admin"}).seen


def test_the_gateway_says_who_was_called_and_by_whom(gateway: Gateway, bearer: dict[str, str]) -> None:
    forged = {
        "Forwarded": 'for=198.51.100.7;host="evil.test";proto=https',
        "X-Forwarded-For": "198.51.100.7",
        "X-Forwarded-Host": "evil.test",
        "X-Forwarded-Proto": "https",
    }
    seen = gateway.get(PATH, bearer | forged | {"Host": "api.startklar.test:8080"}).seen

    assert re.fullmatch(r'for="127\.0\.0\.1:\d+";host="api\.startklar\.test:8080";proto=http', seen["forwarded"])
    assert seen["x-forwarded-host"] == seen["host"] == "api.startklar.test:8080"
    assert seen["x-forwarded-proto"] == "http"
    assert "198.51.100.7" not in str(seen)
    assert "evil.test" not in str(seen)


def test_behind_a_proxy_of_our_own_its_word_counts_and_no_more_than_its_word(
    start_gateway: StartGateway, bearer: dict[str, str]
) -> None:
    running = start_gateway(trusted_hops=1)
    told = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil"}
    seen = running.get(PATH, bearer | told | {"Host": "api.startklar.test"}).seen

    assert seen["forwarded"] == 'for="198.51.100.7:0";host="api.startklar.test";proto=https'


def test_an_ipv6_caller_is_written_as_rfc_7239_wants(start_gateway: StartGateway, bearer: dict[str, str]) -> None:
    running = start_gateway(trusted_hops=1)
    seen = running.get(PATH, bearer | {"X-Forwarded-For": "2001:db8::7", "X-Forwarded-Proto": "https"}).seen

    assert seen["forwarded"].startswith('for="[2001:db8::7]:0";')


def test_a_header_with_an_underscore_is_refused(gateway: Gateway, bearer: dict[str, str]) -> None:
    assert gateway.get(PATH, bearer | {"X_Forwarded_For": "198.51.100.7"}).status == 400


def test_a_trace_is_carried_on(gateway: Gateway, bearer: dict[str, str]) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    given = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "tracestate": "vendor=x"}
    seen = gateway.get(PATH, bearer | given).seen

    assert TRACEPARENT.fullmatch(seen["traceparent"])
    assert seen["traceparent"][3:35] == trace
    assert seen["traceparent"] != given["traceparent"]
    assert seen["tracestate"] == "vendor=x"


def test_a_trace_begins_here_when_the_caller_has_none(gateway: Gateway, bearer: dict[str, str]) -> None:
    first, second = (gateway.get(PATH, bearer).seen["traceparent"] for _ in range(2))

    assert TRACEPARENT.fullmatch(first)
    assert TRACEPARENT.fullmatch(second)
    assert first[3:35] != second[3:35]


def test_the_request_id_is_ours_and_the_caller_learns_it(gateway: Gateway, bearer: dict[str, str]) -> None:
    answer = gateway.get(PATH, bearer | {"X-Request-Id": "chosen-by-a-stranger"})

    assert answer.seen["x-request-id"] == answer.headers["x-request-id"] != "chosen-by-a-stranger"


def test_answers_do_not_tell_what_runs_here(gateway: Gateway, bearer: dict[str, str]) -> None:
    for answer in (gateway.get(PATH, bearer), gateway.get(PATH)):
        assert answer.headers["server"] == "startklar"
        assert not [name for name in answer.headers if name.startswith("x-envoy")]
