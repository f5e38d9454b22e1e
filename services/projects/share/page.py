"""The page behind a share link: it takes the secret from behind `#`, where no server sees it, and shows the plan."""

import base64
import hashlib

from fastapi import Response
from fastapi.responses import HTMLResponse

from shared.kit.text import Lang, Text

_WORDS = {
    "title": Text(sv="Delad plan", en="Shared plan", da="Delt plan"),
    "row": Text(sv="Rad", en="Row", da="Række"),
    "from": Text(sv="Från", en="From", da="Fra"),
    "to": Text(sv="Till och med", en="To", da="Til og med"),
    "side": Text(sv="Part", en="Party", da="Part"),
    "state": Text(sv="Läge", en="State", da="Status"),
    "wrong": Text(
        sv="Länken gäller inte. Be projektledaren om en ny.",
        en="The link is not valid. Ask the project leader for a new one.",
        da="Linket gælder ikke. Bed projektlederen om et nyt.",
    ),
}
_SCRIPT = """
const lang = document.documentElement.lang, said = document.getElementById("said");
fetch(location.pathname, {headers: {"Startklar-Share": location.hash.slice(1), "Accept": "application/json"}})
  .then(answer => answer.ok ? answer.json() : Promise.reject(answer.status))
  .then(plan => {
    document.querySelector("h1").textContent = plan.project;
    const body = document.querySelector("tbody");
    for (const row of plan.rows) {
      const line = body.insertRow();
      line.className = row.subject;
      const dates = row.window ? [row.window.start, row.window.end + (row.window.tentative ? " ?" : "")] : ["", ""];
      const title = row.title[lang] || row.title.sv;
      for (const text of [title, ...dates, row.side || "", row.state || ""]) line.insertCell().textContent = text;
    }
    document.querySelector("table").hidden = false;
    said.hidden = true;
  })
  .catch(() => { said.textContent = said.dataset.wrong; });
"""
_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1b1b; background: #fff }
table { border-collapse: collapse } th, td { text-align: left; padding: .25rem .75rem; border-bottom: 1px solid #ccc }
.phase td, .gate td { font-weight: 600 }
"""


def _source(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        f"default-src 'none'; connect-src 'self'; script-src {_source(_SCRIPT)}; style-src {_source(_STYLE)};"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


def page(lang: Lang) -> Response:
    """The same page for every link: it holds no plan and no secret."""
    say = {key: text.pick(lang) for key, text in _WORDS.items()}
    heads = "".join(f'<th scope="col">{say[key]}</th>' for key in ("row", "from", "to", "side", "state"))
    content = (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{say['title']}</title><style>{_STYLE}</style><body><h1>{say['title']}</h1>"
        f'<p id="said" role="status" data-wrong="{say["wrong"]}">…</p>'
        f"<table hidden><thead><tr>{heads}</tr></thead><tbody></tbody></table><script>{_SCRIPT}</script></body></html>"
    )
    return HTMLResponse(content, headers=_HEADERS)
