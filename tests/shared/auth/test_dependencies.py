"""What a route's requirement lets through, and what its refusals say."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shared.auth import Acr, Principal, Role, Scope, internal, requires
from shared.auth.testing import TokenMint
from shared.auth.verifier import TokenVerifier
from shared.kit.problems import Problem

Read = Annotated[Principal, requires(Scope.gates_read)]
Pass = Annotated[
    Principal,
    requires(Scope.gates_write, roles=(Role.approver,), min_acr=Acr.strong, max_age=timedelta(minutes=15)),
]
Feed = Annotated[Principal, internal(Scope.events_read)]


@dataclass
class Runtime:
    verifier: TokenVerifier
    resources: dict[type, Any] = field(default_factory=dict)


def build(mint: TokenMint) -> FastAPI:
    app = FastAPI()
    app.state.runtime = Runtime(mint.verifier("projects"))

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> JSONResponse:
        return JSONResponse(error.document("en"), error.status, headers=error.headers)

    @app.get("/gates")
    async def gates_list(caller: Read) -> str:
        return str(caller.subject)

    @app.post("/gates")
    async def gates_pass(caller: Pass) -> str:
        return str(caller.subject)

    @app.get("/internal/events")
    async def events_feed(caller: Feed) -> str:
        return caller.client_id

    return app


@pytest.fixture
def mint() -> TokenMint:
    return TokenMint()


@pytest.fixture
async def client(mint: TokenMint) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=build(mint))
    async with httpx.AsyncClient(transport=transport, base_url="http://projects.test") as client:
        yield client


async def test_a_call_without_a_token_is_challenged_without_an_error_code(client: httpx.AsyncClient) -> None:
    response = await client.get("/gates")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="startklar", DPoP algs="ES256"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic dXNlcjpwdw==", "Bearer a.b.c", "Token x"])
async def test_a_call_with_a_bad_token_is_told_that_the_token_is_invalid(
    client: httpx.AsyncClient, header: str
) -> None:
    response = await client.get("/gates", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert response.json()["type"].endswith("/unauthenticated")


async def test_two_authorization_headers_and_a_token_in_the_query_are_not_accepted(
    client: httpx.AsyncClient, mint: TokenMint
) -> None:
    good = f"Bearer {mint.token()}"
    twice = await client.get("/gates", headers=[("Authorization", good), ("Authorization", good)])
    query = await client.get("/gates", params={"access_token": mint.token()})
    assert (twice.status_code, query.status_code) == (401, 401)


async def test_a_missing_scope_is_named(client: httpx.AsyncClient, mint: TokenMint) -> None:
    response = await client.get("/gates", headers=mint.headers(scopes=[Scope.projects_read]))
    assert response.status_code == 403
    assert response.json()["requiredScope"] == "gates:read"
    assert 'error="insufficient_scope"' in response.headers["www-authenticate"]


async def test_a_missing_role_is_named(client: httpx.AsyncClient, mint: TokenMint) -> None:
    response = await client.post("/gates", headers=mint.headers(roles=["project_leader@*"]))
    assert response.status_code == 403
    assert response.json()["requiredRoles"] == ["approver"]


@pytest.mark.parametrize("weakness", [{"acr": Acr.basic}, {"acr": None}, {"auth_age": 901}, {"auth_time": None}])
async def test_a_login_that_is_too_weak_or_too_old_asks_for_a_step_up(
    client: httpx.AsyncClient, mint: TokenMint, weakness: dict[str, Any]
) -> None:
    response = await client.post("/gates", headers=mint.headers(roles=["approver@*"], **weakness))
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == (
        'Bearer error="insufficient_user_authentication", acr_values="urn:startklar:loa:strong", max_age="900"'
    )
    assert response.json()["type"].endswith("/insufficient-user-authentication")


async def test_scope_role_and_assurance_together_let_the_call_through(
    client: httpx.AsyncClient, mint: TokenMint
) -> None:
    response = await client.post("/gates", headers=mint.headers(roles=["approver@*"], auth_age=60))
    assert response.status_code == 200


async def test_a_person_reaches_no_internal_route_and_a_service_no_public_one(
    client: httpx.AsyncClient, mint: TokenMint
) -> None:
    service = {"Authorization": f"Bearer {mint.service_token('projects', list(Scope))}"}
    other = {"Authorization": f"Bearer {mint.service_token('sync', list(Scope))}"}
    assert (await client.get("/internal/events", headers=service)).status_code == 200
    assert (await client.get("/internal/events", headers=other)).status_code == 401
    assert (await client.get("/internal/events", headers=mint.headers())).status_code == 401
    assert (await client.get("/gates", headers=service)).status_code == 401


def test_openapi_names_the_scope_that_each_route_needs(mint: TokenMint) -> None:
    paths = build(mint).openapi()["paths"]
    assert paths["/gates"]["get"]["security"] == [{"OAuth2": ["gates:read"]}]
    assert paths["/internal/events"]["get"]["security"] == [{"OAuth2": ["events:read"]}]


def test_every_scope_and_role_carries_a_sentence() -> None:
    assert all(word.sentence.endswith(".") for word in (*Scope, *Role))
