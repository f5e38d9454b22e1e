"""The parts of `identity.client_credentials` on a bare route, and the routes with and without a token of `auth_us`."""

import json
import os
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import parse_qsl
from uuid import UUID

import asyncpg
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field, SecretStr

from shared.auth import Principal, Role, Scope, requires
from shared.auth.jws import PublicKey, SigningKey, read_claims
from shared.kit.handle import digest_of
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import Runtime, ServiceSpec, build_app, new_router
from shared.web.runtime import runtime

_INSERT = "INSERT INTO used_assertion (tenant_id, digest, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


class Settings(ServiceSettings):
    """A service without data; it opens nothing."""

    service: ClassVar[str] = "bench"

    database_url: SecretStr = Field(SecretStr("postgresql://nobody@127.0.0.1/none"), description="Never opened")
    relay_database_url: SecretStr = Field(SecretStr("postgresql://nobody@127.0.0.1/none"), description="Never opened")
    redis_url: SecretStr = Field(SecretStr("redis://127.0.0.1/0"), description="Never opened")


Reader = Annotated[Principal, requires(Scope.projects_read, roles=(Role.project_leader,))]


def parts() -> FastAPI:
    """One signature verified, one row committed, one token signed, on a route of ours that does nothing else."""
    caller, signer = PublicKey.from_jwk(json.loads(os.environ["BENCH_CALLER"])), SigningKey.generate()
    router = APIRouter()

    async def open_pool(held: Runtime, stack: AsyncExitStack) -> None:
        pool = asyncpg.create_pool(os.environ["BENCH_OWNER_URL"], min_size=4, max_size=8)
        held.resources[asyncpg.Pool] = await stack.enter_async_context(pool)

    @router.post("/oauth2/token")
    async def bench_token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        claims = read_claims(form["client_assertion"], caller)
        digest, until = digest_of(f"parts{claims['jti']}"), datetime.now(UTC) + timedelta(minutes=5)
        async with runtime(request).resources[asyncpg.Pool].acquire() as connection:
            await connection.execute(_INSERT, UUID(int=0), digest, until)
        token = signer.sign(claims, "at+jwt")
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 300, "scope": "events:read"})

    return build_app(bare_spec(root_routers=[router], startup=[open_pool]))


def route() -> FastAPI:
    """One route; behind a token, scope and role where `BENCH_GUARDED` is set. A process for each, so that both stand
    at the same place in the table of routes."""
    router: APIRouter = new_router("bench")

    async def bench_open() -> dict[str, str]:
        """Anybody."""
        return {"hello": "world"}

    async def bench_guarded(caller: Reader) -> dict[str, str]:
        """Who brings a token."""
        return {"hello": "world"}

    router.get("/hello")(bench_guarded if os.environ.get("BENCH_GUARDED") else bench_open)
    return build_app(bare_spec(routers=[router]))


def bare_spec(**parts: Any) -> ServiceSpec:
    """A service that has nothing but these parts."""
    return ServiceSpec(
        name="bench",
        title="Bench",
        version="1.0.0",
        released=date(2026, 11, 22),
        description=Text(sv="Mätning", en="Measurement"),
        settings=Settings,
        has_data=False,
        **parts,
    )
