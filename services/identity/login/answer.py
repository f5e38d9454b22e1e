"""How the end of a login is told: to the client with a code or an error, to the browser with its cookies."""

from collections.abc import Awaitable
from datetime import timedelta
from uuid import UUID

import structlog
from fastapi import Response

from services.identity.authorization.errors import LoginExpired
from services.identity.authorization.service import LOGIN_LIFETIME
from services.identity.login.service import LoginDesk, refusal_of
from services.identity.login.underway import Departure, LoggedIn, Underway
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.protocol.answer import redirect
from services.identity.protocol.form import Parameters
from services.identity.protocol.page import page
from services.identity.protocol.refusal import Refusal
from services.identity.session import cookie
from services.identity.settings import Settings
from shared.kit.text import LANGUAGES, Lang, Text

log = structlog.get_logger(__name__)

PROVIDER_AWAY = Text(
    sv="Inloggningstjänsten svarar inte; försök igen om en stund",
    en="The identity provider does not answer; try again in a while",
    da="Login-tjenesten svarer ikke; prøv igen om lidt",
)

_TRIAL_PASSED = Text(
    sv="Provet lyckades. Ingen är inloggad av det. Gå tillbaka till sidan där du började.",
    en="The trial succeeded. Nobody is logged in by it. Go back to the page where you began.",
    da="Prøven lykkedes. Ingen er logget ind af den. Gå tilbage til siden, hvor du begyndte.",
)
_TRIAL_FAILED = Text(
    sv="Provet lyckades inte: {reason}. Gå tillbaka till sidan där du började; den säger vad som kom och saknas.",
    en="The trial did not succeed: {reason}. Go back to the page where you began; it tells what came and what lacks.",
    da="Prøven lykkedes ikke: {reason}. Gå tilbage til siden, hvor du begyndte; den siger, hvad der kom og mangler.",
)


def chosen_provider(query: Parameters) -> UUID | None:
    """The provider that the person chose among several; raises LoginExpired for what is no id."""
    chosen = query.get("provider")
    try:
        return UUID(chosen) if chosen is not None else None
    except ValueError as error:
        raise LoginExpired() from error


def bind_browser(response: Response, departure: Departure, issuer: str) -> Response:
    """The login now belongs to this browser, whose cookie must come back with the answer."""
    max_age = int(LOGIN_LIFETIME.total_seconds())
    cookie.set_cookie(response, cookie.LOGIN, departure.browser, issuer=issuer, max_age=max_age)
    return response


async def conclude(
    desk: LoginDesk, underway: Underway, proving: Awaitable[ProvenLogin], settings: Settings, lang: Lang
) -> Response:
    """The end of every login, whichever protocol proves it: to the client, or to the page that ends a trial."""
    fault: LoginFault | None
    try:
        proven = await proving
        if underway.trial_id is None:
            logged_in = await desk.admit(underway, proven, timedelta(seconds=settings.session_seconds))
            return finish(underway, logged_in, settings)
        fault = await desk.try_out(underway, proven)
    except Refusal as failure:
        return refuse(underway, failure, settings.issuer)
    except LoginFailed as failure:
        fault = await desk.fail(underway, failure)
        if underway.trial_id is None and failure.fault is LoginFault.population_closed:
            return page(lang, failure.fault.words, status=403)  # the app can do nothing about it, the person can wait
        if underway.trial_id is None:
            return refuse(underway, failure, settings.issuer)
    return page(lang, _with_reason(fault) if fault else _TRIAL_PASSED)


def _with_reason(fault: LoginFault) -> Text:
    told = {lang: _TRIAL_FAILED.pick(lang).format(reason=fault.words.pick(lang)) for lang in LANGUAGES}
    return Text(**told)


def finish(underway: Underway, logged_in: LoggedIn, settings: Settings) -> Response:
    """To the client with a code; the browser keeps the session."""
    response = _to_client(underway, {"code": logged_in.code}, settings.issuer)
    cookie.set_cookie(
        response,
        cookie.SESSION,
        logged_in.cookie.text,
        issuer=settings.issuer,
        max_age=settings.session_seconds,
    )
    return response


def refuse(underway: Underway, failure: LoginFailed | Refusal, issuer: str) -> Response:
    """To the client with an error, which says no more than it may know."""
    tenant = str(underway.provider.tenant_id)
    if isinstance(failure, LoginFailed):
        log.warning("login_failed", tenant=tenant, fault=failure.fault.value, reason=str(failure))
        return _to_client(underway, refusal_of(failure).body(), issuer)
    log.info("login_refused", tenant=tenant, reason=str(failure))
    return _to_client(underway, failure.body(), issuer)


def _to_client(underway: Underway, answer: dict[str, str], issuer: str) -> Response:
    if underway.request is None:
        raise LoginExpired()
    return redirect(underway.request.redirect_uri, {**answer, "state": underway.request.state, "iss": issuer})
