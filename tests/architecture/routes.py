"""The routes of the services as the architecture tests read them: from the apps, not from their documents."""

import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from shared.auth.dependencies import Requirement
from shared.web.route import requirement_of
from tests.architecture.tree import SERVICES

# Routes that need no token, each with the reason. `*` stands for every service.
PUBLIC: dict[tuple[str, str, str], str] = {
    ("*", "GET", "/livez"): "probe; the gateway does not route it",
    ("*", "GET", "/readyz"): "probe; the gateway does not route it",
    ("*", "GET", "/startupz"): "probe; the gateway does not route it",
    ("*", "GET", "/{service}/v1/api-info"): "about the API itself (profile VER.06)",
    ("*", "GET", "/{service}/v1/openapi.json"): "about the API itself (profile DOK.23)",
    ("identity", "POST", "/{service}/v1/bootstraps"): "founds a tenant with a single-use code instead of a token",
    ("identity", "GET", "/.well-known/oauth-authorization-server"): "discovery (RFC 8414)",
    ("identity", "GET", "/.well-known/openid-configuration"): "discovery (OpenID Connect Discovery)",
    ("identity", "GET", "/oauth2/jwks"): "public keys (RFC 7517)",
    ("identity", "GET", "/oauth2/authorize"): "where a login begins (RFC 6749 section 3.1)",
    ("identity", "POST", "/oauth2/authorize"): "the same as a form (OpenID Connect Core 3.1.2.1)",
    ("identity", "POST", "/oauth2/token"): "authenticates the client itself (RFC 6749 section 3.2)",
    ("identity", "POST", "/oauth2/par"): "authenticates the client itself (RFC 9126)",
    ("identity", "POST", "/oauth2/device-authorization"): "authenticates the client itself (RFC 8628)",
    ("identity", "GET", "/oauth2/device"): "where a person connects a device; the session cookie is the token",
    ("identity", "POST", "/oauth2/device"): "the person's answer, from our own page alone",
    ("identity", "POST", "/oauth2/revoke"): "authenticates the client itself (RFC 7009)",
    ("identity", "POST", "/oauth2/introspect"): "authenticates the client itself (RFC 7662)",
    ("identity", "GET", "/oauth2/logout"): "ends the session that the browser's cookie names",
    ("identity", "POST", "/oauth2/logout"): "the same, confirmed by the person",
    ("identity", "GET", "/oauth2/break-glass"): "the form of the login for when no identity provider answers",
    ("identity", "POST", "/oauth2/break-glass"): "two factors stand for the token, each good once",
    ("identity", "GET", "/{service}/v1/login-options"): "how to log in at an organisation; nobody has a token yet",
    ("identity", "GET", "/oauth2/login"): "where a person chooses among login methods; nobody has a token yet",
    ("identity", "GET", "/saml/disco"): "discovery service of the federations, whose members are public",
    ("identity", "GET", "/saml/{tenant}/discovery"): "back from a discovery service, on to the login",
    ("identity", "GET", "/oidc/{tenant}/login"): "a login on its way to the identity provider",
    ("identity", "GET", "/oidc/{tenant}/callback"): "a login on its way back, bound to the browser's cookie",
    ("identity", "GET", "/oidc/{tenant}/jwks"): "public keys of our client at the tenant's providers (RFC 7517)",
    ("identity", "POST", "/oidc/{tenant}/backchannel-logout"): "the provider signs what it says",
    ("identity", "GET", "/oidc/{tenant}/frontchannel-logout"): "a frame in the provider's page; names the one session",
    ("identity", "GET", "/oidc/{tenant}/logged-out"): "back from the provider's logout page, bound to its state",
    ("identity", "GET", "/saml/{tenant}/slo"): "the provider signs what it says (SAML bindings section 3.4)",
    ("identity", "POST", "/saml/{tenant}/slo"): "the same over the POST binding",
    ("identity", "GET", "/saml/{tenant}/login"): "a login on its way to the identity provider",
    ("identity", "POST", "/saml/{tenant}/acs"): "a login on its way back, bound to the browser's cookie",
    ("identity", "GET", "/saml/{tenant}/metadata"): "our signed metadata, for identity providers and federations",
    ("training", "GET", "/{service}/v1/badge-issuers/{issuerId}"): "who issued a badge (Open Badges 3.0)",
    ("training", "GET", "/{service}/v1/badge-issuers/{issuerId}/keys"): "public keys (RFC 7517)",
    ("training", "GET", "/{service}/v1/badge-issuers/{issuerId}/keys/{kid}"): "the key that a signature names",
    ("training", "GET", "/{service}/v1/badge-issuers/{issuerId}/status-lists/{listNumber}"): (
        "which badges are revoked (W3C Bitstring Status List), without persons"
    ),
    ("training", "GET", "/{service}/v1/badge-issuers/{issuerId}/badges/{certificateId}"): (
        "whether a badge holds; never whose it is"
    ),
    ("sync", "GET", "/{service}/v1/evidence-keys"): "public keys by which anybody checks evidence (RFC 7517)",
    ("projects", "GET", "/{service}/v1/shared-plans"): "a plan behind a share link; its secret stands for the token",
    ("projects", "GET", "/{service}/v1/calendar-files/{secret}"): "for calendar programs; the secret is in the path",
    (
        "projects",
        "POST",
        "/{service}/v1/unsubscriptions/{secret}",
    ): "a mail program ends mail (RFC 8058); the secret stands for the token",
    ("sync", "POST", "/{service}/v1/source-notices/{secret}"): "a register calls; the secret stands for the token",
    ("training", "GET", "/{service}/v1/calendar-files/{secret}"): "for calendar programs; the secret is in the path",
    ("portal", "GET", "/"): "landing page; shows the state of services and no data",
    ("portal", "GET", "/status"): "for monitors; shows the state of services and no data",
    ("portal", "GET", "/{service}/v1/status"): "the same, documented",
    ("portal", "GET", "/openapi.json"): "about the APIs themselves",
    ("portal", "GET", "/docs"): "about the APIs themselves",
    ("portal", "GET", "/docs/static/{asset}"): "the files of that page, from a fixed list",
}


@dataclass(frozen=True)
class Endpoint:
    """One method of one route of one service. `dependant` is None for what is no API route (static files)."""

    service: str
    method: str
    path: str
    name: str
    function: Any
    dependant: Dependant | None
    in_document: bool
    asked_first: Requirement | None = None

    def __str__(self) -> str:
        return f"{self.service}: {self.method} {self.path} ({self.name})"

    @property
    def is_internal(self) -> bool:
        return self.path.startswith("/internal/")

    @property
    def is_public(self) -> bool:
        return self.public_key in PUBLIC or ("*", *self.public_key[1:]) in PUBLIC

    @property
    def public_key(self) -> tuple[str, str, str]:
        return self.service, self.method, self.path.replace(f"/{self.service}/v1/", "/{service}/v1/", 1)

    @property
    def requirements(self) -> list[Requirement]:
        """What the route demands of its caller, itself or anywhere in its dependencies."""
        own = [self.asked_first] if self.asked_first else []
        return own + [one.call for one in self.dependencies() if isinstance(one.call, Requirement)]

    def dependencies(self) -> Iterator[Dependant]:
        return below(self.dependant) if self.dependant else iter(())

    @property
    def body_fields(self) -> list[Any]:
        return [field for one in self.dependencies() for field in one.body_params]


def below(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for one in dependant.dependencies:
        yield from below(one)


def endpoints_of(service: str, app: FastAPI) -> list[Endpoint]:
    return [one for route in iter_route_contexts(app.routes) for one in endpoints_of_route(service, route)]


def endpoints_of_route(service: str, route: RouteContext) -> Iterator[Endpoint]:
    is_api = isinstance(route.original_route, APIRoute)
    dependant = route.dependant if is_api else None
    shown = bool(getattr(route, "include_in_schema", False))
    for method in sorted(route.methods or {"GET"}):
        if method != "HEAD":
            function = inspect.unwrap(route.endpoint) if route.endpoint else None
            asked = requirement_of(route.endpoint)
            yield Endpoint(service, method, str(route.path), str(route.name), function, dependant, shown, asked)


@cache
def app(service: str) -> FastAPI:
    made: FastAPI = importlib.import_module(f"services.{service}.app").create_app()
    return made


@cache
def endpoints(service: str) -> tuple[Endpoint, ...]:
    return tuple(endpoints_of(service, app(service)))


def every_endpoint() -> list[Endpoint]:
    return [one for service in SERVICES for one in endpoints(service)]


@cache
def documents(service: str) -> tuple[dict[str, Any], ...]:
    """The documents of a service: its API, and its protocol paths where it has any."""
    made = app(service)
    protocols = made.state.protocols()
    return (made.openapi(), protocols) if protocols else (made.openapi(),)


def operations(service: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """operationId, operation and document of all documented operations of a service."""
    for document in documents(service):
        for item in document["paths"].values():
            for operation in (item[key] for key in ("get", "post", "put", "patch", "delete") if key in item):
                yield operation["operationId"], operation, document
