"""The page that a certificate's QR symbol leads to, for people: whether it holds, and never whose it is."""

from html import escape

from fastapi.responses import HTMLResponse

from services.training.certificate.schemas import BadgeState
from shared.kit.text import Lang, Text

_STATES = {
    "valid": Text(sv="Intyget gäller", en="The certificate holds", da="Beviset gælder"),
    "revoked": Text(
        sv="Intyget gäller inte: återkallat",
        en="The certificate does not hold: revoked",
        da="Beviset gælder ikke: tilbagekaldt",
    ),
}
_ISSUED = Text(sv="Utfärdat {on} av {by}", en="Issued {on} by {by}", da="Udstedt {on} af {by}")
_ENDED = Text(sv="Återkallat {on}", en="Revoked {on}", da="Tilbagekaldt {on}")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}


def badge_page(badge: BadgeState, lang: Lang) -> HTMLResponse:
    """The state in words, without a script."""
    said = _STATES[badge.state].pick(lang)
    lines = [_ISSUED.format(on=badge.issued_at.date(), by=badge.issuer).pick(lang)]
    if badge.revoked_at is not None:
        lines.append(_ENDED.format(on=badge.revoked_at.date()).pick(lang))
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    content = (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(said)}</title><h1>{escape(said)}</h1><p>{escape(badge.title.pick(lang))}</p>{told}</html>"
    )
    return HTMLResponse(content, headers=_HEADERS)
