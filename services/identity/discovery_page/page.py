"""The pages on which a person chooses how to log in: lists of links, a search that the server does, no script.

A remembered choice would need a cookie that is not strictly necessary, so nothing is remembered.
"""

from collections.abc import Iterable, Sequence
from html import escape

from authlib.common.urls import add_params_to_uri
from fastapi import Response

from services.identity.federation.service.lookup import Discoverable
from services.identity.protocol.page import hidden, html_page, said
from services.identity.provider.models import IdentityProvider
from services.identity.tenant.models import Tenant
from shared.kit.text import Lang, Text

_CHOOSE = Text(sv="Logga in hos {tenant}", en="Log in at {tenant}", da="Log ind hos {tenant}")
_HOW = Text(sv="Välj hur du loggar in", en="Choose how to log in", da="Vælg, hvordan du logger ind")
_FEDERATION = Text(
    sv="Sök din organisation i federationens lista",
    en="Find your organisation in the federation's list",
    da="Find din organisation på føderationens liste",
)
_WHERE = Text(sv="Var loggar du in?", en="Where do you log in?", da="Hvor logger du ind?")
_SEARCH = Text(
    sv="Sök skola, kommun eller organisation",
    en="Search for a school, municipality or organisation",
    da="Søg efter skole, kommune eller organisation",
)
_FIND = Text(sv="Sök", en="Search", da="Søg")
_FOUND = Text(sv="Antal träffar: {count}", en="Number of hits: {count}", da="Antal træffere: {count}")
_MORE = Text(
    sv="De första {count} visas. Sök för att hitta fler.",
    en="The first {count} are shown. Search to find more.",
    da="De første {count} vises. Søg for at finde flere.",
)
_NONE = Text(
    sv="Inget hittades. Pröva en del av namnet.",
    en="Nothing was found. Try a part of the name.",
    da="Intet blev fundet. Prøv en del af navnet.",
)
_SHARED = Text(
    sv="Flera organisationer använder den inloggningen. Vilken är din?",
    en="Several organisations use that login. Which one is yours?",
    da="Flere organisationer bruger det login. Hvilken er din?",
)
_POPULATIONS = {
    "staff": Text(sv="personal", en="staff", da="personale"),
    "pupil": Text(sv="elever", en="pupils", da="elever"),
    "guardian": Text(sv="vårdnadshavare", en="guardians", da="forældre"),
}
_FOR = Text(sv="för {who}", en="for {who}", da="for {who}")


def choose_method(
    lang: Lang, tenant: Tenant, links: Sequence[tuple[IdentityProvider, str]], federation: str | None
) -> Response:
    """The tenant's login methods, each with its address, and the way to the federation's list where there is one."""
    items = [(href, provider.name, _whom(lang, provider.populations)) for provider, href in links]
    more = f'<p><a href="{escape(federation)}">{_words(lang, _FEDERATION)}</a></p>' if federation else ""
    return _page(lang, _CHOOSE.format(tenant=tenant.name), said(lang, _HOW) + _list(items) + more)


def choose_provider(
    lang: Lang, found: Sequence[Discoverable], most: int, query: dict[str, str], answer: tuple[str, str]
) -> Response:
    """The members of the federations. `query` is what the page was asked; `answer` is address and parameter."""
    address, parameter = answer
    shown = found[:most]
    items = [(add_params_to_uri(address, [(parameter, one.entity_id)]), one.name(lang), "") for one in shown]
    count = _MORE.format(count=most) if len(found) > most else _FOUND.format(count=len(shown))
    status = f'<p role="status">{_words(lang, count if shown else _NONE)}</p>'
    return _page(lang, _WHERE, _search(lang, query) + status + _list(items))


def choose_organisation(lang: Lang, links: Sequence[tuple[Tenant, str]]) -> Response:
    """Those who share an identity provider."""
    return _page(lang, _SHARED, _list((href, tenant.name, "") for tenant, href in links))


def _search(lang: Lang, query: dict[str, str]) -> str:
    kept = hidden({name: value for name, value in query.items() if name != "q"})
    words = escape(query.get("q", ""))
    field = f'<input id="q" name="q" type="search" value="{words}" maxlength="200" autocomplete="organization">'
    label = f'<label for="q">{_words(lang, _SEARCH)}</label>'
    return (
        f'<form role="search" method="get" action="/saml/disco">{kept}{label} {field}'
        f" {said(lang, _FIND, 'button')}</form>"
    )


def _list(items: Iterable[tuple[str, str, str]]) -> str:
    rows = "".join(f'<li><a href="{escape(href)}">{escape(name)}</a>{hint}</li>' for href, name, hint in items)
    return f"<ul>{rows}</ul>" if rows else ""


def _whom(lang: Lang, populations: Sequence[str]) -> str:
    who = ", ".join(_POPULATIONS[one].pick(lang) for one in populations if one in _POPULATIONS)
    return f" ({escape(_FOR.format(who=who).pick(lang))})" if who else ""


def _page(lang: Lang, title: Text, body: str) -> Response:
    response = html_page(lang, said(lang, title, "h1") + body)
    # The address holds the login under way; the identity provider need not know it.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Language"] = lang
    return response


def _words(lang: Lang, words: Text) -> str:
    return escape(words.pick(lang))
