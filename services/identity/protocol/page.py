"""The few pages that identity shows itself: words for a person, no script, nothing from elsewhere."""

from collections.abc import Awaitable, Callable, Mapping
from html import escape
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from services.identity.protocol.route import ProtocolRoute
from shared.kit.problems import Problem
from shared.kit.text import Lang, Text, negotiate

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
}


def page(lang: Lang, words: Text, *, button: Text | None = None, status: int = 200) -> Response:
    """A page that says `words`; with a button that posts to its own address."""
    form = f'<form method="post">{said(lang, button, "button")}</form>' if button else ""
    return html_page(lang, said(lang, words) + form, status)


class BrowserRoute(ProtocolRoute):
    """A route that people meet in the address bar: a browser gets its problems as a page, a program as JSON."""

    async def answer(self, request: Request, values: dict[str, UUID]) -> Response:
        async def call(request: Request) -> Response:
            return await super(BrowserRoute, self).answer(request, values)

        return await _told_as_page(call, request)

    def get_route_handler(self) -> Any:
        handler = super().get_route_handler()

        async def run(request: Request) -> Response:
            return await _told_as_page(handler, request)

        return run


async def _told_as_page(handler: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
    try:
        return await handler(request)
    except Problem as problem:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return _problem_page(request, problem)


def _problem_page(request: Request, problem: Problem) -> Response:
    lang = negotiate(request.headers.get("accept-language"))
    told = problem.document(lang)
    more = f"<p>{escape(told['detail'])}</p>" if told["detail"] != told["title"] else ""
    response = html_page(lang, f"<h1>{escape(told['title'])}</h1>{more}", problem.status)
    response.headers.update({"Content-Language": lang, **problem.headers})
    return response


def html_page(lang: Lang, body: str, status: int = 200) -> Response:
    """A page of ours around `body`, whose every word must be escaped already."""
    content = (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Startklar</title>'
        f"<body><main>{body}</main></body></html>"
    )
    return HTMLResponse(content, status, headers=_HEADERS)


def said(lang: Lang, words: Text, tag: str = "p") -> str:
    """Words as an element of their own."""
    return f"<{tag}>{escape(words.pick(lang))}</{tag}>"


def hidden(fields: Mapping[str, str]) -> str:
    """What a form sends along unseen."""
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
