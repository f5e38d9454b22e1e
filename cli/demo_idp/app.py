"""The provider over HTTP: discovery, keys, a login form, tokens. `STARTKLAR_DEMO_IDP_URL` is its issuer.

Sends only what it promises: authorization code with PKCE, nonce, `iss` in the response, a password form without a
session of its own, so that every login is a fresh one.
"""

import base64
import binascii
import hashlib
import hmac
import os
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from cli.demo_idp.directory import Client, Directory
from cli.demo_idp.login import Logins, Refused, read_request
from cli.demo_idp.saml.face import SamlFace
from cli.demo_idp.saml.federation import FederationFace
from cli.demo_idp.signing import Signer

URL_VARIABLE = "STARTKLAR_DEMO_IDP_URL"
FILE_VARIABLE = "STARTKLAR_DEMO_IDP_FILE"
_NO_STORE = {"Cache-Control": "no-store"}
_PAGE_HEADERS = _NO_STORE | {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


def create_app(issuer: str | None = None, file: Path | None = None) -> FastAPI:
    """The app; without arguments it reads the two variables."""
    issuer = issuer or os.environ[URL_VARIABLE]
    file = file or Path(os.environ[FILE_VARIABLE])
    directory = Directory(file)
    provider = Provider(issuer, directory, Signer(file.with_suffix(".key.pem")))
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for method, path, endpoint in (
        ("GET", "/.well-known/openid-configuration", provider.discovery),
        ("GET", "/jwks", provider.jwks),
        ("GET", "/authorize", provider.authorize),
        ("POST", "/login", provider.login),
        ("POST", "/token", provider.token),
        ("GET", "/readyz", provider.ready),
    ):
        app.add_api_route(path, endpoint, methods=[method], response_model=None)
    SamlFace(issuer, directory).mount(app)
    FederationFace(issuer, directory).mount(app)
    return app


class Provider:
    """The endpoints of one issuer."""

    def __init__(self, issuer: str, directory: Directory, signer: Signer) -> None:
        self._issuer = issuer
        self._directory = directory
        self._signer = signer
        self._logins = Logins(directory)

    async def ready(self) -> Response:
        """Probe."""
        return Response(status_code=204)

    async def discovery(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0."""
        return {
            "issuer": self._issuer,
            "authorization_endpoint": f"{self._issuer}/authorize",
            "token_endpoint": f"{self._issuer}/token",
            "jwks_uri": f"{self._issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
        }

    async def jwks(self) -> dict[str, Any]:
        """The public key."""
        return self._signer.jwks()

    async def authorize(self, request: Request) -> Response:
        """The login form, or an error back to the relying party."""
        query = dict(request.query_params)
        client = self._directory.find_client(query.get("client_id"))
        if client is None or query.get("redirect_uri") not in client.redirect_uris:
            return HTMLResponse("<p>Unknown client or redirect address.</p>", 400, headers=_PAGE_HEADERS)
        try:
            ticket = self._logins.begin(read_request(query, client))
        except Refused as refused:
            return self._back(query["redirect_uri"], {"error": str(refused), "state": query.get("state", "")})
        return _form(ticket)

    async def login(self, request: Request) -> Response:
        """The form comes back."""
        form = await _read(request)
        try:
            asked, code = self._logins.finish(
                form.get("ticket", ""), form.get("username", ""), form.get("password", "")
            )
        except Refused:
            return HTMLResponse("<p>This form is no longer open.</p>", 400, headers=_PAGE_HEADERS)
        if code is None:
            return _form(form["ticket"], wrong=True)
        return self._back(asked.redirect_uri, {"code": code, "state": asked.state})

    async def token(self, request: Request) -> Response:
        """A code becomes an id token."""
        form = await _read(request)
        client = self._authenticate(request.headers.get("authorization", ""))
        if client is None:
            return JSONResponse({"error": "invalid_client"}, 401, headers=_NO_STORE)
        if form.get("grant_type") != "authorization_code":
            return JSONResponse({"error": "unsupported_grant_type"}, 400, headers=_NO_STORE)
        try:
            grant = self._logins.redeem(
                form.get("code", ""), client, form.get("redirect_uri", ""), form.get("code_verifier", "")
            )
        except Refused as refused:
            return JSONResponse({"error": str(refused)}, 400, headers=_NO_STORE)
        user = grant.user
        claims = {
            "sub": hashlib.sha256(user.eppn.encode()).hexdigest()[:32],
            "nonce": grant.request.nonce,
            "auth_time": grant.auth_time,
            "acr": grant.acr,
            "name": user.name,
            "eduPersonPrincipalName": user.eppn,
        }
        token = self._signer.id_token(self._issuer, client.client_id, claims)
        body = {"access_token": "none", "token_type": "Bearer", "expires_in": 0, "id_token": token}
        return JSONResponse(body, headers=_NO_STORE)

    def _authenticate(self, authorization: str) -> Client | None:
        scheme, _, encoded = authorization.partition(" ")
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        client = self._directory.find_client(unquote(name)) if scheme.lower() == "basic" else None
        is_right = client is not None and hmac.compare_digest(client.client_secret, unquote(secret))
        return client if is_right else None

    def _back(self, redirect_uri: str, answer: dict[str, str]) -> Response:
        query = urlencode(answer | {"iss": self._issuer})
        return RedirectResponse(f"{redirect_uri}?{query}", 303, headers=_NO_STORE)


async def _read(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _form(ticket: str, *, wrong: bool = False) -> Response:
    hint = "<p>Wrong user name or password.</p>" if wrong else ""
    page = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Demo login</title>
<h1>Demo login</h1>{hint}
<form method="post" action="login"><input type="hidden" name="ticket" value="{escape(ticket)}">
<p><label>User name <input name="username" autocomplete="username" autofocus></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password"></label></p>
<p><button>Log in</button></p></form></html>"""
    return HTMLResponse(page, 401 if wrong else 200, headers=_PAGE_HEADERS)
