"""What a person is shown of a logout: in plain words who has confirmed it and who has not."""

from collections.abc import Sequence
from datetime import timedelta
from html import escape

from authlib.common.urls import add_params_to_uri
from fastapi import Response

from services.identity.logout.models import Logout, LogoutDelivery
from services.identity.logout.service import frame_sources
from services.identity.protocol.answer import redirect
from services.identity.protocol.page import html_page, page
from services.identity.saml_login.flow import Outgoing
from services.identity.saml_login.sending import sending_page
from shared.kit import clock
from shared.kit.text import Lang, Text

DONE = Text(sv="Du är utloggad.", en="You are logged out.", da="Du er logget ud.")
_HERE = Text(sv="Här är du utloggad.", en="You are logged out here.", da="Her er du logget ud.")
_CONFIRMED = Text(sv="{name}: du är utloggad.", en="{name}: you are logged out.", da="{name}: du er logget ud.")
_WAITING = Text(sv="{name} har inte svarat än.", en="{name} has not answered yet.", da="{name} har ikke svaret endnu.")
_SILENT = Text(
    sv="{name} svarade inte; du kan vara inloggad där.",
    en="{name} did not answer; you may be logged in there.",
    da="{name} svarede ikke; du kan være logget ind der.",
)
_PARTIAL = Text(
    sv="{name} kunde inte logga ut dig överallt.",
    en="{name} could not log you out everywhere.",
    da="{name} kunne ikke logge dig ud overalt.",
)
_STILL = Text(
    sv="Hos {name} är du fortfarande inloggad. Stäng webbläsaren om andra använder datorn.",
    en="At {name} you are still logged in. Close the browser if others use the computer.",
    da="Hos {name} er du stadig logget ind. Luk browseren, hvis andre bruger computeren.",
)
_ASKED = Text(
    sv="Vi har bett {name} att logga ut dig; svaret syns inte för oss.",
    en="We have asked {name} to log you out; we cannot see the answer.",
    da="Vi har bedt {name} om at logge dig ud; vi kan ikke se svaret.",
)
_ON = Text(sv="Fortsätt", en="Continue", da="Fortsæt")
_PROVIDER = {"none": _STILL, "waiting": _WAITING, "done": _CONFIRMED, "partial": _PARTIAL, "failed": _SILENT}
_DELIVERY = {"waiting": _WAITING, "delivered": _CONFIRMED, "failed": _SILENT}
# As long as the page asks anew by itself whether somebody has answered.
_ASKS_FOR = timedelta(seconds=30)
_SECONDS = 2


def send_on(outgoing: Outgoing, lang: Lang) -> Response:
    """To the identity provider, which ends its own session."""
    return redirect(outgoing.url, {}) if outgoing.fields is None else sending_page(outgoing, lang)


def finish(logout: Logout, deliveries: Sequence[LogoutDelivery], lang: Lang, page_url: str) -> Response:
    """Back to the client at once where no page has to be loaded; else to the page that tells what came of it."""
    if logout.return_to and not logout.front_channel:
        return redirect(logout.return_to, {"state": logout.return_state})
    if not logout.front_channel and not deliveries and logout.provider_name is None:
        return page(lang, DONE)
    return redirect(page_url, {})


def result_page(logout: Logout, deliveries: Sequence[LogoutDelivery], lang: Lang) -> Response:
    """Who has confirmed the logout, by name; applications that log out in a frame of this page are loaded in one."""
    lines = [_HERE.pick(lang)]
    if logout.provider_name is not None:
        lines.append(_say(_PROVIDER[logout.provider_state], logout.provider_name, lang))
    lines += [_say(_DELIVERY[one.state], one.client_name, lang) for one in deliveries]
    lines += [_say(_ASKED, one["name"], lang) for one in logout.front_channel]
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    body += "".join(
        f'<iframe src="{escape(one["uri"])}" title="{escape(one["name"])}" width="1" height="1" sandbox="'
        'allow-scripts allow-same-origin"></iframe>'
        for one in logout.front_channel
    )
    if logout.return_to:
        given = [("state", logout.return_state)] if logout.return_state else []
        address = add_params_to_uri(logout.return_to, given) if given else logout.return_to
        body += f'<p><a href="{escape(address)}">{escape(_ON.pick(lang))}</a></p>'
    response = html_page(lang, body)
    frames = " ".join(frame_sources(logout)) or "'none'"
    policy = f"default-src 'none'; frame-src {frames}; form-action 'none'; frame-ancestors 'none'"
    response.headers["Content-Security-Policy"] = policy
    response.headers["Referrer-Policy"] = "no-referrer"
    if any(one.state == "waiting" for one in deliveries) and clock.now() - logout.created_at < _ASKS_FOR:
        response.headers["Refresh"] = str(_SECONDS)
    return response


def _say(words: Text, name: str, lang: Lang) -> str:
    return words.pick(lang).format(name=name)
