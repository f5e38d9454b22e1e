"""The SAML endpoints of the demo provider: metadata, single sign-on, single logout."""

import base64
import zlib
from collections.abc import Callable
from dataclasses import replace
from html import escape
from urllib.parse import parse_qsl, quote

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from lxml import etree

from cli.demo_idp.directory import Directory, SamlIdentity, ServiceProvider
from cli.demo_idp.saml.answers import Answerer, Destination, Login, load_key
from cli.demo_idp.saml.metadata import Parties, Party, entity_id_of, own_descriptor
from cli.demo_idp.saml.requests import (
    BadMessage,
    LoginWish,
    Message,
    check_signature,
    from_post,
    from_redirect,
    login_wish,
)
from cli.demo_idp.saml.sessions import Session, Sessions

COOKIE = "demo-idp-saml"
_HEADERS = {"Cache-Control": "no-store"}
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


class SamlFace:
    """One provider over SAML, under `path` of `issuer`; `scopes`, where given, are its own instead of the file's."""

    def __init__(
        self,
        issuer: str,
        directory: Directory,
        path: str = "/saml",
        scopes: Callable[[], tuple[str, ...]] | None = None,
    ) -> None:
        self._path = path
        self._place = f"{issuer}{path}"
        self._entity_id = entity_id_of(self._place)
        self._cookie = f"{COOKIE}{path.replace('/', '-')}"
        self._scopes = scopes
        self._directory = directory
        self._parties = Parties()
        self._sessions = Sessions()

    def mount(self, app: FastAPI) -> None:
        """Add the routes."""
        for method, path, endpoint in (
            ("GET", "/metadata", self.metadata),
            ("GET", "/sso", self.sso),
            ("POST", "/sso", self.sso),
            ("POST", "/login", self.login),
            ("GET", "/slo", self.slo),
            ("GET", "/logout", self.logout),
        ):
            app.add_api_route(self._path + path, endpoint, methods=[method], response_model=None)

    async def metadata(self) -> Response:
        """What service providers must know of us."""
        content = etree.tostring(self.descriptor(), xml_declaration=True, encoding="UTF-8")
        return Response(content, media_type="application/samlmetadata+xml")

    def descriptor(self, name: str | None = None) -> etree._Element:
        """The same as an element, for a federation's aggregate."""
        return own_descriptor(self._place, self._identity(), name)

    async def sso(self, request: Request) -> Response:
        """An AuthnRequest: the session's person at once, or the form."""
        try:
            message = await _read(request, "SAMLRequest")
            party, provider = await self._sender(message)
            wish = login_wish(message)
        except BadMessage as bad:
            return _refused(bad)
        session = self._sessions.find(request.cookies.get(self._cookie))
        if session is not None and not wish.is_forced:
            return self._answer(wish, party, provider, session)
        if wish.is_passive:
            return self._post(party.acs, self._answerer().refusal(_to(party), wish.request_id, "NoPassive"), wish)
        return _form(self._sessions.ask(wish))

    async def login(self, request: Request) -> Response:
        """The form comes back."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        wish = self._sessions.asked(form.get("ticket", ""))
        if wish is None:
            return HTMLResponse("<p>This form is no longer open.</p>", 400, headers=_HEADERS)
        user = self._directory.check_password(form.get("username", ""), form.get("password", ""))
        if user is None:
            return _form(form["ticket"], wrong=True)
        cookie, session = self._sessions.start(form["ticket"], user)
        provider = self._directory.find_service_provider(wish.issuer)
        if provider is None:
            return _refused(BadMessage("unknown service provider"))
        response = self._answer(wish, await self._parties.get(provider), provider, session)
        response.set_cookie(self._cookie, cookie, httponly=True, samesite="lax", path="/")
        return response

    async def slo(self, request: Request) -> Response:
        """A service provider's LogoutRequest, or its answer to ours, over the Redirect binding."""
        try:
            if "SAMLResponse=" in request.url.query:
                await self._sender(from_redirect(request.url.query, "SAMLResponse"))
                return await self.logout(request)
            message = from_redirect(request.url.query, "SAMLRequest")
            party, _ = await self._sender(message)
        except BadMessage as bad:
            return _refused(bad)
        self._sessions.end(request.cookies.get(self._cookie))
        if party.slo is None:
            return HTMLResponse("<p>Logged out.</p>", headers=_HEADERS)
        answer = self._answerer().logout_response(party.slo, message.root.get("ID", ""))
        return self._redirect(party.slo, "SAMLResponse", answer, message.relay_state)

    async def logout(self, request: Request) -> Response:
        """The person logs out here: one service provider after the other is told, then a page says so."""
        cookie = request.cookies.get(self._cookie)
        session = self._sessions.find(cookie)
        while session is not None and session.visited:
            provider = self._directory.find_service_provider(session.visited.pop())
            party = await self._parties.get(provider) if provider else None
            if party is not None and party.slo is not None:
                login = Login(session.user, session.at, session.user.contexts[-1], session.index)
                return self._redirect(party.slo, "SAMLRequest", self._answerer().logout_request(party.slo, login), "")
        self._sessions.end(cookie)
        return HTMLResponse("<p>Logged out.</p>", headers=_HEADERS)

    async def _sender(self, message: Message) -> tuple[Party, ServiceProvider]:
        provider = self._directory.find_service_provider(message.issuer)
        if provider is None:
            raise BadMessage("unknown service provider")
        party = await self._parties.get(provider)
        check_signature(message, party.signing)
        return party, provider

    def _answer(self, wish: LoginWish, party: Party, provider: ServiceProvider, session: Session) -> Response:
        """A person who cannot be what is asked for is not said to be: NoAuthnContext."""
        context = wish.fulfilled_by(session.user)
        if context is None:
            return self._post(party.acs, self._answerer().refusal(_to(party), wish.request_id, "NoAuthnContext"), wish)
        if party.entity_id not in session.visited:
            session.visited.append(party.entity_id)
        secret = party.encryption[0] if provider.encrypts and party.encryption else None
        destination = Destination(party.entity_id, party.acs, secret)
        login = Login(session.user, session.at, context, session.index)
        return self._post(party.acs, self._answerer().response(destination, wish.request_id, login), wish)

    @staticmethod
    def _post(url: str, message: bytes, wish: LoginWish) -> Response:
        """The POST binding: a form that sends itself, with a button for who has no script."""
        page = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Demo login</title>
<body onload="document.forms[0].submit()"><form method="post" action="{escape(url)}">
<input type="hidden" name="SAMLResponse" value="{base64.b64encode(message).decode()}">
<input type="hidden" name="RelayState" value="{escape(wish.relay_state)}">
<noscript><button>Continue</button></noscript></form></body></html>"""
        return HTMLResponse(page, headers=_HEADERS)

    def _redirect(self, url: str, name: str, message: bytes, relay_state: str) -> Response:
        """The Redirect binding, signed over the octets that are sent (bindings 3.4.4.1)."""
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = base64.b64encode(packer.compress(message) + packer.flush()).decode()
        query = f"{name}={quote(packed, safe='')}"
        if relay_state:
            query += f"&RelayState={quote(relay_state, safe='')}"
        query += f"&SigAlg={quote(_RSA_SHA256, safe='')}"
        key = load_key(self._identity())
        signature = base64.b64encode(key.sign(query.encode(), padding.PKCS1v15(), SHA256())).decode()
        mark = "&" if "?" in url else "?"
        return RedirectResponse(f"{url}{mark}{query}&Signature={quote(signature, safe='')}", 303, headers=_HEADERS)

    def _answerer(self) -> Answerer:
        return Answerer(self._entity_id, self._identity())

    def _identity(self) -> SamlIdentity:
        identity = self._directory.saml()
        if identity is None:
            raise RuntimeError("the directory file has no SAML key")
        return identity if self._scopes is None else replace(identity, scopes=self._scopes())


def _to(party: Party) -> Destination:
    return Destination(party.entity_id, party.acs)


async def _read(request: Request, name: str) -> Message:
    if request.method == "GET":
        return from_redirect(request.url.query, name)
    return from_post(dict(parse_qsl((await request.body()).decode("utf-8", "replace"))), name)


def _refused(bad: BadMessage) -> Response:
    return HTMLResponse(f"<p>{escape(str(bad))}</p>", 400, headers=_HEADERS)


def _form(ticket: str, *, wrong: bool = False) -> Response:
    hint = "<p>Wrong user name or password.</p>" if wrong else ""
    page = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Demo login</title>
<h1>Demo login</h1>{hint}
<form method="post" action="login"><input type="hidden" name="ticket" value="{escape(ticket)}">
<p><label>User name <input name="username" autocomplete="username" autofocus></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password"></label></p>
<p><button>Log in</button></p></form></html>"""
    return HTMLResponse(page, 401 if wrong else 200, headers=_HEADERS)
