"""The document of the protocol paths: every parameter that the code reads, forms, redirects and OAuth's errors."""

import re
from pathlib import Path
from typing import Any

import httpx

from services.identity.app import create_app
from services.identity.protocol import parameters
from services.identity.protocol.description import Asked
from services.identity.protocol.schemas import OAuthError, OAuthIntrospection, OAuthMetadata, OAuthToken
from tests.identity.token.requests import OFFLINE, basic, post
from tests.identity.world import World

IDENTITY = Path(parameters.__file__).parents[1]
READ = re.compile(r'\b(?:parameters|form|asked|query)\.(?:get|need)\("(\w+)"\)')
# Hints that nobody needs, and what is read from the octets as they came.
READ_OTHERWISE = {"token_type_hint", "recovery", "Signature", "SigAlg"}
FORM = "application/x-www-form-urlencoded"


def document() -> dict[str, Any]:
    made: dict[str, Any] = create_app().state.protocols()
    return made


def test_every_parameter_that_the_code_reads_is_described() -> None:
    read = {name for path in IDENTITY.rglob("*.py") for name in READ.findall(path.read_text("utf-8"))}
    groups = [group for group in vars(parameters).values() if isinstance(group, tuple)]
    described = {one.name for group in groups for one in group if isinstance(one, Asked)}
    assert len(read) > 20
    assert described == read | READ_OTHERWISE


def test_protocol_paths_stand_in_their_own_document_and_not_in_the_apis() -> None:
    paths = document()["paths"]
    assert {"/oauth2/authorize", "/oauth2/token", "/oidc/{tenant}/callback", "/oauth2/jwks"} <= set(paths)
    assert not any(path.startswith(("/oauth2", "/oidc", "/.well-known")) for path in create_app().openapi()["paths"])


def test_a_form_has_the_same_parameters_as_the_address() -> None:
    for path in ("/oauth2/authorize", "/oauth2/logout"):
        item = document()["paths"][path]
        form = item["post"]["requestBody"]["content"][FORM]["schema"]["properties"]
        assert [one["name"] for one in item["get"]["parameters"]] == list(form)


def test_the_token_endpoint_answers_errors_as_oauth_has_them_and_takes_no_idempotency_key() -> None:
    token = document()["paths"]["/oauth2/token"]["post"]
    assert token["responses"]["400"]["content"]["application/json"]["schema"]["$ref"].endswith("/OAuthError")
    assert token["responses"]["429"] == {"$ref": "#/components/responses/Problem429"}
    assert token["security"] == [{"ClientSecretBasic": []}, {}]
    assert "parameters" not in token or not token["parameters"]


def test_what_people_meet_is_a_redirect_or_a_page() -> None:
    responses = document()["paths"]["/oauth2/authorize"]["get"]["responses"]
    assert "Location" in responses["303"]["headers"]
    page = document()["components"]["responses"]["PageProblem400"]["content"]
    assert set(page) == {"application/problem+json", "text/html"}


async def test_what_is_answered_is_what_is_described(world: World) -> None:
    tokens = await world.log_in("rektor", scope=OFFLINE)
    assert set(tokens) == set(OAuthToken.model_fields) - {"issued_token_type"}
    public = {"client_id": "demo-app", "token": "x"}
    assert set((await post(world, "/oauth2/introspect", public)).json()) == set(OAuthError.model_fields)
    script = await post(world, "/oauth2/token", {"grant_type": "client_credentials"}, basic(*world.script))
    asked = {"token": script.json()["access_token"]}
    seen = (await post(world, "/oauth2/introspect", asked, basic(*world.script))).json()
    assert set(OAuthIntrospection.model_fields) - set(seen) == {"acr", "amr", "auth_time", "cnf", "act"}
    async with httpx.AsyncClient(base_url=world.issuer, trust_env=False) as client:
        metadata = (await client.get("/.well-known/openid-configuration")).json()
    assert set(metadata) == set(OAuthMetadata.model_fields)
