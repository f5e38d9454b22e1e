"""The landing page as HTML. Everything that is put into it is escaped."""

from html import escape
from pathlib import Path
from string import Template

from services.portal.page import texts
from services.portal.status.schemas import PlatformStatus, ServiceStatus
from shared.kit.text import Lang, Text

_PAGE = Template((Path(__file__).parent / "landing.html").read_text("utf-8"))
_ROW = Template(
    '<tr><th scope="row">$name</th><td>$owns</td>'
    '<td class="$state"><span aria-hidden="true"></span>$word</td><td class="number">$latency</td></tr>'
)


def landing(status: PlatformStatus, lang: Lang) -> str:
    """The page in `lang`."""
    headline = texts.ALL_READY if status.state == "ready" else texts.DEGRADED
    words: dict[str, Text] = {
        "lead": texts.LEAD,
        "headline": headline,
        "services": texts.SERVICES,
        "state_word": texts.STATE,
        "checked": texts.CHECKED,
        "builders": texts.FOR_BUILDERS,
        "docs": texts.DOCS,
        "document": texts.DOCUMENT,
        "status": texts.STATUS,
        "discovery": texts.DISCOVERY,
    }
    values = {name: escape(text.pick(lang)) for name, text in words.items()}
    return _PAGE.substitute(
        values,
        lang=lang,
        state=status.state,
        checked_at=status.checked_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        rows="\n".join(_row(service, lang) for service in status.services),
    )


def _row(service: ServiceStatus, lang: Lang) -> str:
    owns = texts.OWNS.get(service.name)
    return _ROW.substitute(
        name=escape(service.name),
        owns=escape(owns.pick(lang)) if owns else "",
        state=service.state,
        word=escape(texts.STATES[service.state].pick(lang)),
        latency="–" if service.latency_ms is None else f"{service.latency_ms} ms",
    )
