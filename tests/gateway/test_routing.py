"""Which service answers which path, and what never leaves the gateway."""

import http.client

import pytest

from tests.gateway.running import Gateway, StartGateway, free_port

OWNERS = {
    "/identity/v1/me": "identity",
    "/oauth2/userinfo": "identity",
    "/.well-known/openid-configuration": "identity",
    "/saml/haninge/metadata": "identity",
    "/oidc/haninge/callback": "identity",
    "/projects/v1/projects": "projects",
    "/sync/v1/runs": "sync",
    "/scim/v2/Users": "sync",
    "/ss12000/v2.0/persons": "sync",
    "/ims/oneroster/rostering/v1p2/users": "sync",
    "/training/v1/courses": "training",
    "/webhooks/v1/endpoints": "webhooks",
    "/": "portal",
    "/docs": "portal",
    "/docs/static/page.js": "portal",
    "/openapi.json": "portal",
    "/status": "portal",
    "/portal/v1/api-info": "portal",
}

NOWHERE = [
    "/internal/events",
    "/internal",
    "/metrics",
    "/projects/v1/../../internal/events",
    "/projects/v1/../../metrics",
    "/projects/v1/%2e%2e/%2e%2e/internal/events",
    "/projects/v1/.%2E/%2e./metrics",
    "//internal/events",
    "///metrics",
    "/%69nternal/events",
    "/%6Detrics",
    "/docs/../internal",
    "/internal/../internal/events",
    "/Internal/events",
    "/projects/internal",
    "/projects/v1internal",
    "/projects/v10/projects",
    "/sync/v2/runs",
    "/v1/projects",
    "/admin",
    "/stats",
    "/ready",
]

REFUSED = [
    "/projects/v1/..%2f..%2finternal/events",
    "/projects/v1/..%2F..%2Fmetrics",
    "/projects/v1/..%5c..%5cinternal",
    "/projects%2fv1/projects",
    "/%2finternal/events",
]


@pytest.mark.parametrize(("path", "service"), OWNERS.items())
def test_a_path_reaches_the_service_that_owns_it(
    gateway: Gateway, bearer: dict[str, str], path: str, service: str
) -> None:
    answer = gateway.get(f"{path}?a=b", bearer)

    assert answer.status == 200
    assert (answer.json["service"], answer.json["path"], answer.json["query"]) == (service, path, "a=b")


@pytest.mark.parametrize("path", NOWHERE)
def test_internal_routes_metrics_and_unknown_paths_lead_nowhere(
    gateway: Gateway, bearer: dict[str, str], path: str
) -> None:
    for headers in ({}, bearer):
        answer = gateway.get(path, headers)

        assert answer.status == 404
        assert answer.json["type"] == "https://startklar.dev/problems/not-found"


@pytest.mark.parametrize("path", REFUSED)
def test_an_escaped_slash_is_refused(gateway: Gateway, bearer: dict[str, str], path: str) -> None:
    answer = gateway.get(path, bearer)

    assert answer.status == 400
    assert answer.json["type"] == "https://startklar.dev/problems/bad-request"


def test_a_service_sees_one_spelling_of_a_path(gateway: Gateway, bearer: dict[str, str]) -> None:
    answer = gateway.get("/projects/v1/./projects//%7Ba%7D/../b?x=%2F&y=..%2f", bearer)

    assert answer.json["path"] == "/projects/v1/projects/b"
    assert answer.json["query"] == "x=%2F&y=..%2f"


def test_empty_segments_do_not_let_dots_leave_a_service(gateway: Gateway, bearer: dict[str, str]) -> None:
    answer = gateway.get("/projects//v1//..//..//..//internal/events", bearer)

    assert (answer.json["service"], answer.json["path"]) == ("projects", "/projects/v1/internal/events")


def test_a_second_encoding_is_not_undone(gateway: Gateway, bearer: dict[str, str]) -> None:
    answer = gateway.get("/projects/v1/%252e%252e/%252fx", bearer)

    assert answer.json["path"] == "/projects/v1/%252e%252e/%252fx"


def test_an_absolute_request_target_is_routed_by_its_path(gateway: Gateway, bearer: dict[str, str]) -> None:
    assert gateway.get("http://elsewhere.test/internal/events", bearer).status == 404
    assert gateway.get("http://elsewhere.test/projects/v1/x", bearer).json["path"] == "/projects/v1/x"


def test_the_admin_interface_is_off_unless_asked_for_and_then_on_loopback(
    start_gateway: StartGateway, bearer: dict[str, str]
) -> None:
    port = free_port()
    running = start_gateway(admin_port=port)
    admin = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    admin.request("GET", "/ready")

    assert admin.getresponse().read() == b"LIVE\n"
    admin.close()
    for path in ("/ready", "/stats", "/config_dump", "/quitquitquit"):
        assert running.get(path, bearer).status == 404


def test_other_host_names_than_the_configured_lead_nowhere(start_gateway: StartGateway, bearer: dict[str, str]) -> None:
    running = start_gateway(hosts=("127.0.0.1:*", "api.startklar.test"))

    assert running.get("/projects/v1/x", bearer | {"Host": "api.startklar.test"}).status == 200
    assert running.get("/projects/v1/x", bearer | {"Host": "evil.test"}).status == 404
