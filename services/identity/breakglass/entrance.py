"""`/oauth2/break-glass`: the page where a printed secret and a code open a session, without any identity provider."""

from html import escape

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.identity.breakglass.errors import BreakGlassRefused
from services.identity.breakglass.service import SESSION_LIFETIME, BreakGlassService, Opened
from services.identity.dependencies import DatabaseDep, SealerDep, SettingsDep
from services.identity.protocol.browser import is_from_another_origin
from services.identity.protocol.description import as_form, browser_problems, page_response
from services.identity.protocol.form import Parameters
from services.identity.protocol.page import BrowserRoute, html_page, said
from services.identity.protocol.parameters import BREAK_GLASS
from services.identity.protocol.refusal import Refusal
from services.identity.secret.sealing import Sealer
from services.identity.session import cookie
from shared.kit.db import Database
from shared.kit.handle import Handle
from shared.kit.problems import BadRequest
from shared.kit.text import Lang, Text
from shared.web import LangDep

router = APIRouter(
    tags=["oauth2"],
    route_class=BrowserRoute,
    default_response_class=HTMLResponse,
    responses={**page_response("The form, or the next recovery secret"), **browser_problems(400, 403, 413, 429, 500)},
)

_TITLE = Text(sv="Nödinloggning", en="Break-glass login", da="Nødlogin")
_RECOVERY = Text(sv="Återställningskod från kuvertet", en="Recovery secret from the envelope", da="Gendannelseskode")
_CODE = Text(sv="Engångskod från appen", en="One-time code from the app", da="Engangskode fra appen")
_SEND = Text(sv="Logga in", en="Log in", da="Log ind")
_DONE = Text(
    sv="Du är inloggad i en timme. Den gamla koden är förbrukad: skriv av den nya nu, den visas bara här.",
    en="You are logged in for an hour. The old secret is used up: copy the new one now, it is shown only here.",
    da="Du er logget ind i en time. Den gamle kode er brugt: skriv den nye af nu, den vises kun her.",
)


@router.get("/oauth2/break-glass")
async def oauth2_break_glass(lang: LangDep) -> Response:
    """The form. It says nothing about which organisation has such accounts."""
    return html_page(
        lang,
        f'{said(lang, _TITLE, "h1")}<form method="post">'
        f'<p><label>{escape(_RECOVERY.pick(lang))}<br><input name="recovery" autocomplete="off" required></label></p>'
        f"<p><label>{escape(_CODE.pick(lang))}<br>"
        '<input name="code" inputmode="numeric" autocomplete="one-time-code" required></label></p>'
        f"{said(lang, _SEND, 'button')}</form>",
    )


@router.post("/oauth2/break-glass", openapi_extra=as_form(*BREAK_GLASS))
async def oauth2_break_glass_post(
    request: Request, database: DatabaseDep, sealer: SealerDep, settings: SettingsDep, lang: LangDep
) -> Response:
    """Both factors, once: a session, and the recovery secret for the next time."""
    if is_from_another_origin(request):
        raise BreakGlassRefused()
    try:
        given = Parameters.parse_body(await request.body(), request.headers.get("content-type"))
        recovery, code = given.need("recovery"), given.need("code")
    except Refusal as refusal:
        raise BadRequest(refusal.description) from refusal
    opened = await _open(database, sealer, recovery.strip(), code.strip())
    if opened is None:
        raise BreakGlassRefused()
    response = _done(lang, opened)
    lifetime = int(SESSION_LIFETIME.total_seconds())
    cookie.set_cookie(response, cookie.SESSION, opened.cookie.text, issuer=settings.issuer, max_age=lifetime)
    return response


async def _open(database: Database, sealer: Sealer, recovery: str, code: str) -> Opened | None:
    """In a transaction that commits either way: a wrong code must count."""
    handle = Handle.parse(recovery)
    if handle is None:
        return None
    async with database.transaction(handle.tenant) as session:
        return await BreakGlassService(session, sealer).open(handle, code)


def _done(lang: Lang, opened: Opened) -> Response:
    return html_page(lang, f"{said(lang, _DONE)}<p><code>{escape(opened.recovery.text)}</code></p>")
