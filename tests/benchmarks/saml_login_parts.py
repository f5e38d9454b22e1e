"""The parts of `identity.saml_login` on bare routes: what no implementation of this login can leave out.

At the answer: the form read, the signature verified by bare signxml, the login under way used up and committed (before
anything is judged), then session, replay row, log line and code in one commit. At the token: the code used up and the
refreshable family written in one commit, two tokens signed. Nobody is looked up, nothing is judged.
"""

import base64
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl
from uuid import uuid4

import asyncpg
from signxml.verifier import XMLVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from shared.auth.jws import SigningKey

_TABLES = (
    "CREATE TABLE IF NOT EXISTS bench_login (id uuid PRIMARY KEY, used_at timestamptz)",
    "CREATE TABLE IF NOT EXISTS bench_session (id uuid PRIMARY KEY, secret bytea UNIQUE, made_at timestamptz)",
    "CREATE TABLE IF NOT EXISTS bench_replay (digest bytea PRIMARY KEY, until timestamptz)",
    "CREATE TABLE IF NOT EXISTS bench_log (id uuid PRIMARY KEY, at timestamptz, method text)",
    "CREATE TABLE IF NOT EXISTS bench_code (id uuid PRIMARY KEY, secret text UNIQUE, used_at timestamptz)",
)


def parts() -> Starlette:
    """The two routes."""
    certificate = os.environ["BENCH_CERTIFICATE"]
    signer = SigningKey.generate()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ["BENCH_OWNER_URL"], min_size=4, max_size=8) as pool:
            async with pool.acquire() as connection:
                for statement in _TABLES:
                    await connection.execute(statement)
            app.state.pool = pool
            yield

    async def acs(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        login, code = uuid4(), secrets.token_urlsafe(32)
        async with request.app.state.pool.acquire() as connection:
            await connection.execute("INSERT INTO bench_login VALUES ($1, now())", login)
            XMLVerifier().verify(base64.b64decode(form["SAMLResponse"]), x509_cert=certificate)
            async with connection.transaction():
                await connection.execute("INSERT INTO bench_replay VALUES ($1, now())", secrets.token_bytes(32))
                await connection.execute(
                    "INSERT INTO bench_session VALUES ($1, $2, now())", uuid4(), secrets.token_bytes(32)
                )
                await connection.execute("INSERT INTO bench_log VALUES ($1, now(), 'sso')", uuid4())
                await connection.execute("INSERT INTO bench_code VALUES ($1, $2, NULL)", uuid4(), code)
        return RedirectResponse(f"http://app.test/callback?code={code}", status_code=303)

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        async with request.app.state.pool.acquire() as connection:
            await connection.execute("UPDATE bench_code SET used_at = now() WHERE secret = $1", form["code"])
        claims = {"iss": "bench", "sub": str(uuid4()), "aud": "urn:startklar:api", "exp": 1}
        signed = {"access_token": signer.sign(claims, "at+jwt"), "id_token": signer.sign(claims, "JWT")}
        return JSONResponse({**signed, "token_type": "Bearer", "expires_in": 300})

    routes = [Route("/acs", acs, methods=["POST"]), Route("/token", token, methods=["POST"])]
    return Starlette(routes=routes, lifespan=lifespan)
