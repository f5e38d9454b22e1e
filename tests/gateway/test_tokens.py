"""Which tokens pass the gateway, and which routes need none."""

import json
import re
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from cli.gateway import SERVICES
from cli.gateway_tables import PublicRoute, read_table
from shared.auth.jws import SigningKey
from shared.auth.testing import TokenMint
from tests.architecture import routes
from tests.gateway.running import TEMPLATE, Answer, Gateway, StartGateway, free_port
from tests.gateway.upstream import Echo, Servers

PATH = "/projects/v1/projects"
PROBES = {"/livez", "/readyz", "/startupz"}  # never routed
PUBLIC = read_table(TEMPLATE.with_name("public-routes.yaml"), PublicRoute)
WITHOUT_TOKEN = {
    "/", "/docs", "/docs/**", "/openapi.json", "/status", "/portal/v1/status", "/gateway/health",
    "/{service}/v1/api-info", "/{service}/v1/openapi.json", "/.well-known/**",
    "/oauth2/jwks", "/oauth2/authorize", "/oauth2/token", "/oauth2/revoke", "/oauth2/introspect", "/oauth2/logout",
    "/oauth2/par", "/oauth2/device-authorization", "/oauth2/device", "/oauth2/login", "/oauth2/break-glass",
    "/identity/v1/bootstraps", "/identity/v1/login-options", "/oidc/**", "/saml/**",
    "/projects/v1/shared-plans", "/projects/v1/calendar-files/{secret}", "/projects/v1/unsubscriptions/{secret}",
    "/training/v1/badge-issuers/{issuerId}", "/training/v1/badge-issuers/{issuerId}/**",
    "/sync/v1/evidence-keys", "/sync/v1/source-notices/{secret}", "/training/v1/calendar-files/{secret}",
}  # fmt: skip


def call(gateway: Gateway, authorization: str) -> Answer:
    return gateway.get(PATH, {"Authorization": authorization})


def assert_refused(answer: Answer) -> None:
    assert answer.status == 401
    assert answer.json["type"] == "https://startklar.dev/problems/unauthenticated"
    assert answer.headers["www-authenticate"] == 'Bearer realm="startklar", error="invalid_token"'


def unsigned(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)]
    return ".".join([*parts, signature])


def claims_of(mint: TokenMint) -> dict[str, Any]:
    return {"iss": mint.issuer, "aud": "urn:startklar:api", "sub": "someone", "exp": int(time.time()) + 300}


def test_a_token_of_identity_passes_and_reaches_the_service_unchanged(gateway: Gateway, mint: TokenMint) -> None:
    token = mint.token()

    assert call(gateway, f"Bearer {token}").seen["authorization"] == f"Bearer {token}"


def test_the_dpop_scheme_is_accepted_too(gateway: Gateway, mint: TokenMint) -> None:
    token = mint.token()

    assert call(gateway, f"DPoP {token}").seen["authorization"] == f"DPoP {token}"
    assert call(gateway, f"dpop {token}").status == call(gateway, f"bearer {token}").status == 200
    assert_refused(call(gateway, f"DPoP {token[:-4]}AAAA"))


def test_a_call_without_a_token_is_told_what_to_send(gateway: Gateway) -> None:
    answer = gateway.get(PATH)

    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="startklar"'


def test_a_foreign_issuer_is_refused(gateway: Gateway, mint: TokenMint) -> None:
    assert_refused(call(gateway, f"Bearer {mint.token(iss='https://elsewhere.test')}"))


@pytest.mark.parametrize("audience", ["urn:startklar:projects", "https://elsewhere.test"])
def test_a_token_for_another_audience_is_refused(gateway: Gateway, mint: TokenMint, audience: str) -> None:
    assert_refused(call(gateway, f"Bearer {mint.token(audience=audience)}"))


def test_a_token_without_an_audience_is_refused(gateway: Gateway, mint: TokenMint) -> None:
    assert_refused(call(gateway, f"Bearer {mint.token(aud=None)}"))


def test_an_expired_token_is_refused_also_when_it_was_seen_before(gateway: Gateway, mint: TokenMint) -> None:
    token = mint.token(expires_in=-28)  # two seconds within the leeway that services grant too

    assert call(gateway, f"Bearer {token}").status == 200
    time.sleep(3.1)
    assert_refused(call(gateway, f"Bearer {token}"))


def test_a_token_that_never_expires_is_refused(gateway: Gateway, mint: TokenMint) -> None:
    assert_refused(call(gateway, f"Bearer {mint.token(exp=None)}"))


def test_a_token_that_is_not_valid_yet_is_refused(gateway: Gateway, mint: TokenMint) -> None:
    assert_refused(call(gateway, f"Bearer {mint.token(nbf=int(time.time()) + 120)}"))


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES384"])
def test_another_algorithm_than_the_keys_is_refused(gateway: Gateway, mint: TokenMint, algorithm: str) -> None:
    header = {"alg": algorithm, "typ": "at+jwt", "kid": mint.key.kid}

    for signature in ("", "A" * 86):
        assert_refused(call(gateway, f"Bearer {unsigned(header, claims_of(mint), signature)}"))


def test_a_signature_by_a_strangers_key_is_refused_under_any_key_id(gateway: Gateway, mint: TokenMint) -> None:
    for stranger in (TokenMint(mint.issuer), TokenMint(mint.issuer)):
        assert_refused(call(gateway, f"Bearer {stranger.token()}"))
    forged = TokenMint(mint.issuer)
    forged.key = SigningKey(forged.key._private, mint.key.kid)
    assert_refused(call(gateway, f"Bearer {forged.token()}"))


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer a.b.c", "Bearer x", "Basic YTpi", "DPoP", "Digest x"])
def test_something_else_than_a_token_is_refused(gateway: Gateway, value: str) -> None:
    assert_refused(call(gateway, value))


def test_a_token_in_the_query_does_not_count(gateway: Gateway, mint: TokenMint) -> None:
    for name in ("access_token", "token", "jwt"):
        assert gateway.get(f"{PATH}?{name}={mint.token()}").status == 401


def test_the_routes_without_a_token_are_exactly_these() -> None:
    assert {route.path for route in PUBLIC} == WITHOUT_TOKEN


def test_what_a_service_calls_public_passes_without_a_token() -> None:
    for service, method, template in routes.PUBLIC:
        for name in SERVICES if service == "*" else [service]:
            path = template.replace("{service}", name)
            if path not in PROBES:
                assert any(method in row.methods and re.fullmatch(row.regex(), path) for row in PUBLIC), path


def test_what_passes_without_a_token_is_public_in_a_service() -> None:
    known = [path.replace("{service}", service) for service, _, path in routes.PUBLIC]
    for row in PUBLIC:
        if row.path != "/gateway/health":
            assert any(re.fullmatch(row.regex(), path) for path in known), row.path


@pytest.mark.parametrize("route", PUBLIC, ids=lambda route: route.path)
def test_a_public_route_needs_no_token_for_its_methods_and_one_for_the_others(
    gateway: Gateway, route: PublicRoute
) -> None:
    path = route.path.replace("{service}", "projects").replace("/**", "/some/thing")

    for method in ("GET", "POST", "PUT", "DELETE"):
        status = gateway.request(method, path, {"Content-Length": "0"}).status
        if path == "/gateway/health":  # answered by the gateway itself
            assert status == (200 if method == "GET" else 401)
        else:
            assert status == (200 if method in route.methods else 401)


@pytest.mark.parametrize(
    "path",
    ["/oauth2/userinfo", "/identity/v1/me", "/projects/v1/x/api-info", "/projects/v1/api-info/x", "/portal/v1/x",
     "/oauth2/token/x", "/oauth2/tokens", "/ss12000/v2.0/persons", "/scim/v2/Users"],
)  # fmt: skip
def test_what_is_not_listed_needs_a_token(gateway: Gateway, path: str) -> None:
    for method in ("GET", "POST", "HEAD", "OPTIONS"):
        assert gateway.request(method, path).status == 401


def test_the_health_of_the_gateway_does_not_depend_on_services(gateway: Gateway) -> None:
    assert gateway.get("/gateway/health").json == {"status": "ok"}


def test_without_keys_the_gateway_says_unavailable_until_identity_answers(
    start_gateway: StartGateway, mint: TokenMint
) -> None:
    port = free_port()
    running = start_gateway({"identity": port})
    answer = running.get(PATH, mint.headers())

    assert (answer.status, answer.json["status"]) == (503, 503)
    assert answer.json["type"] == "https://startklar.dev/problems/unavailable"
    assert answer.headers["retry-after"] == "2"
    assert "www-authenticate" not in answer.headers
    assert running.get("/openapi.json").status == 200

    late = Servers({"identity": Echo("identity", mint.jwks)}, ports={"identity": port})
    late.start()
    try:
        assert eventually(lambda: running.get(PATH, mint.headers()).status == 200)
    finally:
        late.stop()


def test_new_keys_are_fetched_and_old_ones_kept_while_identity_is_away(start_gateway: StartGateway) -> None:
    first, second = TokenMint(), TokenMint()
    identity = Echo("identity", first.jwks)
    servers = Servers({"identity": identity})
    servers.start()
    faster = {'"cache_duration": "60s"': '"cache_duration": "1s"'}
    running = start_gateway(servers.ports, {"changes": faster}, issuer=first.issuer)
    assert eventually(lambda: running.get(PATH, first.headers()).status == 200)
    assert running.get(PATH, second.headers()).status == 401

    identity.jwks = {"keys": [*first.jwks["keys"], *second.jwks["keys"]]}
    assert eventually(lambda: running.get(PATH, second.headers()).status == 200)

    servers.stop()
    time.sleep(2.5)
    assert running.get(PATH, second.headers()).status == 200


def test_keys_can_come_from_a_file(start_gateway: StartGateway, tmp_path: Any) -> None:
    mint = TokenMint("https://other.test")
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(mint.jwks))
    running = start_gateway(jwks=keys, issuer=mint.issuer)

    assert running.get(PATH, mint.headers()).status == 200


def eventually(holds: Any, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return False
