"""A certificate as PDF, with the QR symbol that leads to its verification."""

from pathlib import Path
from typing import Any

from services.training.certificate.service import Held
from services.training.checkin.code import draw
from shared.kit.printing import print_pdf
from shared.kit.text import Lang, Text

_TEMPLATE = Path(__file__).parent / "typst" / "certificate.typ"

_WORDS = {
    "heading": Text(sv="Intyg", en="Certificate", da="Bevis"),
    "holder": Text(sv="har genomfört", en="has completed", da="har gennemført"),
    "issued": Text(sv="Utfärdat", en="Issued", da="Udstedt"),
    "by": Text(sv="av", en="by", da="af"),
    "parts": Text(sv="Delar", en="Parts", da="Dele"),
    "check": Text(sv="Prova intygets äkthet", en="See whether the certificate holds", da="Se, om beviset gælder"),
    "revoked": Text(sv="ÅTERKALLAT", en="REVOKED", da="TILBAGEKALDT"),
}


async def print_certificate(held: Held, issuer_name: str, url: str, lang: Lang) -> bytes:
    """The PDF; the same certificate gives the same one. Raises PrintingFailed."""
    return await print_pdf(_TEMPLATE, certificate_words(held, issuer_name, url, lang), held.certificate.issued_at)


def certificate_words(held: Held, issuer_name: str, url: str, lang: Lang) -> dict[str, Any]:
    """Everything that the template sets, in one language."""
    words = {name: word.pick(lang) for name, word in _WORDS.items()}
    return words | {
        "lang": lang,
        "name": held.name,
        "title": Text.model_validate(held.certificate.title).pick(lang),
        "courses": [part.pick(lang) for part in held.parts],
        "date": held.certificate.issued_at.date().isoformat(),
        "issuer": issuer_name,
        "url": url,
        "qr": draw(url, words["check"]),
        "isRevoked": held.certificate.revoked_at is not None,
    }
