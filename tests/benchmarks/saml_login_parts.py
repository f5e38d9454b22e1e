"""The parts of `identity.saml_login` on bare routes of ours: what no implementation of this login can leave out.

At the answer: the form read, the login under way used up and committed (before anything is judged), the signature
verified by bare signxml, then replay row, session, log entry and code in one commit. At the token: the code used up,
the family and the client's part in the session written in one commit, two tokens signed. The tables are identity's own,
with their columns and indexes, but without row security and foreign keys. Each commit is one statement, which is the
cheapest way to make it. Nobody is looked up, nothing is judged.
"""

import base64
import os
import secrets
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

import asyncpg
import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from signxml.verifier import XMLVerifier

from shared.auth.jws import SigningKey
from shared.web import Runtime, build_app
from shared.web.runtime import runtime
from tests.benchmarks.tokens_parts import bare_spec

_WRITTEN = ("assertion_replay", "sso_session", "login_log", "authorization_code", "refresh_family", "session_client")
_COPIES = [f"CREATE TABLE bench_{name} (LIKE {name} INCLUDING ALL)" for name in (*_WRITTEN, "login_request")]
_BEGIN = """
INSERT INTO bench_login_request (tenant_id, id, handle_hash, state_hash, purpose, created_at, expires_at)
SELECT $1, gen_random_uuid(), sha256(n::text::bytea || $2::bytea), sha256(n::text::bytea || $2::bytea), 'login', now(),
       now() FROM generate_series(1, 2000) n
"""
_USE = """
UPDATE bench_login_request SET used_at = now()
WHERE tenant_id = $1 AND state_hash = sha256($2::text::bytea || $3::bytea) AND used_at IS NULL
"""
_ROW = "INSERT INTO bench_{0} SELECT new.* FROM jsonb_populate_record(NULL::bench_{0}, ${1}::text::jsonb) new"
_LOG_IN = (
    f"WITH session AS ({_ROW.format('sso_session', 2)}), entry AS ({_ROW.format('login_log', 3)}),"
    f" code AS ({_ROW.format('authorization_code', 4)}) {_ROW.format('assertion_replay', 1)}"
)
_REDEEM = (
    "WITH used AS (UPDATE bench_authorization_code SET used_at = now()"
    " WHERE tenant_id = $1 AND code_hash = $2 AND used_at IS NULL),"
    f" part AS ({_ROW.format('session_client', 4)}) {_ROW.format('refresh_family', 3)}"
)
_TENANT, _AT = UUID(int=1), "2026-11-22T12:00:00Z"
_PERSON = {"account_id": UUID(int=2), "acr": "urn:startklar:loa:strong", "amr": ["mfa"], "auth_time": _AT}
_MADE = {"tenant_id": _TENANT, "created_at": _AT, "expires_at": _AT}
_FOR = {"client_id": "demo-app", "scope": "openid profile projects:read", "home_tenant_id": _TENANT}


class _Bare:
    """The two routes' work."""

    def __init__(self, pool: asyncpg.Pool, salt: bytes) -> None:
        self._pool = pool
        self._salt = salt
        self._begun = 0
        self._certificate = os.environ["BENCH_CERTIFICATE"]
        self._signer = SigningKey.generate()

    @classmethod
    async def made(cls, pool: asyncpg.Pool) -> "_Bare":
        """With logins under way, more than will be used."""
        salt = secrets.token_bytes(16)
        for statement in _COPIES:
            await pool.execute(statement)
        for batch in range(4):
            await pool.execute(_BEGIN, _TENANT, salt + bytes([batch]))
        return cls(pool, salt)

    async def log_in(self, form: dict[str, str]) -> str:
        self._begun += 1
        batch, number = divmod(self._begun - 1, 2000)
        await self._pool.execute(_USE, _TENANT, str(number + 1), self._salt + bytes([batch]))
        XMLVerifier().verify(base64.b64decode(form["SAMLResponse"]), x509_cert=self._certificate)
        code = secrets.token_bytes(48)
        await self._pool.execute(_LOG_IN, *(orjson.dumps(row).decode() for row in _login_rows(code)))
        return code.hex()

    async def redeem(self, form: dict[str, str]) -> dict[str, str]:
        session = uuid4()
        family = {**_MADE, **_PERSON, **_FOR, "id": uuid4(), "session_id": session}
        part = {**_MADE, **_FOR, "id": uuid4(), "session_id": session}
        part |= {"token_tenant_id": _TENANT, "told_session_id": session}
        rows = (orjson.dumps(row).decode() for row in (family, part))
        await self._pool.execute(_REDEEM, _TENANT, bytes.fromhex(form["code"]), *rows)
        claims = {"iss": "bench", "sub": str(uuid4()), "aud": "urn:startklar:api", "exp": 1, "jti": str(uuid4())}
        return {"access_token": self._signer.sign(claims, "at+jwt"), "id_token": self._signer.sign(claims, "JWT")}


def _login_rows(code: bytes) -> list[dict[str, Any]]:
    """Replay row, session, log entry and code."""
    session = uuid4()
    return [
        {**_MADE, "digest": _hex(secrets.token_bytes(32))},
        {
            **_MADE,
            **_PERSON,
            "id": session,
            "secret_hash": _hex(secrets.token_bytes(32)),
            "provider_id": UUID(int=3),
            "upstream_subject_hash": _hex(bytes(32)),
            "upstream_subject_sealed": _hex(bytes(120)),
            "method": "sso",
            "factors": 2,
            "is_untold": False,
        },
        {
            "tenant_id": _TENANT,
            "id": uuid4(),
            "at": _AT,
            "provider_id": UUID(int=3),
            "method": "sso",
            "protocol": "saml",
            "outcome": "succeeded",
            "amr": ["mfa"],
            "factors": 2,
            "is_step_up": False,
        },
        {
            **_MADE,
            **_PERSON,
            **_FOR,
            "id": uuid4(),
            "session_id": session,
            "code_hash": _hex(code),
            "redirect_uri": "http://127.0.0.1/callback",
            "code_challenge": secrets.token_urlsafe(32),
        },
    ]


def _hex(value: bytes) -> str:
    return f"\\x{value.hex()}"


def parts() -> FastAPI:
    """The two routes, in an app of ours that has no others."""
    router = APIRouter()

    async def open_pool(held: Runtime, stack: AsyncExitStack) -> None:
        pool = asyncpg.create_pool(os.environ["BENCH_OWNER_URL"], min_size=4, max_size=8)
        held.resources[_Bare] = await _Bare.made(await stack.enter_async_context(pool))

    @router.post("/acs")
    async def bench_acs(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        code = await runtime(request).resources[_Bare].log_in(form)
        return RedirectResponse(f"http://app.test/callback?code={code}", status_code=303)

    @router.post("/token")
    async def bench_code(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        signed = await runtime(request).resources[_Bare].redeem(form)
        return JSONResponse({**signed, "token_type": "Bearer", "expires_in": 300})

    return build_app(bare_spec(root_routers=[router], startup=[open_pool]))
