"""The page that carries a request over the POST binding (SAML bindings section 3.5): a form that sends itself."""

import base64
import hashlib
from html import escape

from fastapi import Response
from fastapi.responses import HTMLResponse

from services.identity.saml_login.flow import Outgoing
from shared.kit.text import Lang, Text

_SCRIPT = "document.forms[0].submit()"
_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_WORDS = Text(
    sv="Du skickas vidare till inloggningen.", en="You are sent on to log in.", da="Du sendes videre til login."
)
_BUTTON = Text(sv="Fortsätt", en="Continue", da="Fortsæt")


def sending_page(outgoing: Outgoing, lang: Lang) -> Response:
    """The form with a button for who has no script. The one script is allowed by its hash.

    `form-action` names schemes, not the provider's origin: browsers hold the redirects after the form to it as well,
    and brokers send people on to where they log in.
    """
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in (outgoing.fields or {}).items()
    )
    schemes = "https:" if outgoing.url.startswith("https:") else "https: http:"
    policy = f"default-src 'none'; script-src 'sha256-{_HASH}'; form-action {schemes}; frame-ancestors 'none'"
    content = (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>Startklar</title><body>'
        f'<p>{escape(_WORDS.pick(lang))}</p><form method="post" action="{escape(outgoing.url)}">{fields}'
        f"<button>{escape(_BUTTON.pick(lang))}</button></form><script>{_SCRIPT}</script></body></html>"
    )
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return HTMLResponse(content, headers=headers)
