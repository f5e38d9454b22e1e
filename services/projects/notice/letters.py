"""The words of the mails, as text and as the same in HTML. Pure.

A mail holds titles of plan rows, days and links: no notes, no names of people, nothing that a stranger at the screen
learns a pupil from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from services.projects.notice.models import MailKind
from shared.kit.text import Lang, Text


@dataclass(frozen=True)
class Line:
    """One thing that is told: its title, what is to be said about it, and where it is."""

    title: str
    remark: str
    link: str


@dataclass(frozen=True)
class Section:
    heading: Text
    lines: Sequence[Line]


LATE = Text(sv="Försenat", en="Late", da="Forsinket")
DUE = Text(sv="Klart inom 14 dagar", en="Due within 14 days", da="Færdigt inden for 14 dage")
WAITING = Text(sv="Väntar på andra", en="Waiting for others", da="Venter på andre")
ENDS = Text(sv="Snart dags", en="Due soon", da="Snart")
MEETINGS = Text(sv="Du kallas till", en="You are summoned to", da="Du indkaldes til")
LAST_DAY = Text(sv="sista dag {day}", en="last day {day}", da="sidste dag {day}")
SIDE_ACTS = Text(sv="väntar på {side}", en="waits for {side}", da="venter på {side}")
SIDES = {
    "customer": Text(sv="kunden", en="the customer", da="kunden"),
    "supplier": Text(sv="leverantören", en="the supplier", da="leverandøren"),
    "joint": Text(sv="kund och leverantör", en="customer and supplier", da="kunde og leverandør"),
    "third_party": Text(sv="en tredje part", en="a third party", da="en tredjepart"),
    "programme": Text(sv="programmet", en="the programme", da="programmet"),
}

_SUBJECTS = {
    MailKind.confirmation: Text(sv="Bekräfta din adress", en="Confirm your address", da="Bekræft din adresse"),
    MailKind.digest: Text(sv="Ditt arbete i planen", en="Your work in the plan", da="Dit arbejde i planen"),
    MailKind.reminder: Text(sv="Påminnelse ur planen", en="Reminder from the plan", da="Påmindelse fra planen"),
    MailKind.summons: Text(sv="Kallelse till möte", en="Summons to a meeting", da="Indkaldelse til møde"),
}
_CODE = Text(
    sv="Din kod är {code}. Den gäller i ett dygn. Har du inte bett om den behöver du inte göra något.",
    en="Your code is {code}. It is valid for one day. If you did not ask for it, you need do nothing.",
    da="Din kode er {code}. Den gælder i et døgn. Har du ikke bedt om den, behøver du ikke gøre noget.",
)
_END = Text(
    sv="Du får brevet för att du har valt det i Startklar. Avsluta i ditt e-postprogram eller i dina inställningar.",
    en="You get this mail because you chose it in Startklar. End it in your mail program or in your preferences.",
    da="Du får brevet, fordi du har valgt det i Startklar. Afmeld i dit e-mailprogram eller i dine indstillinger.",
)


def subject(kind: MailKind, lang: Lang) -> str:
    return f"Startklar: {_SUBJECTS[kind].pick(lang)}"


def confirmation(code: str, lang: Lang) -> tuple[str, str]:
    """Text and HTML of the mail that carries a code."""
    said = _CODE.format(code=code).pick(lang)
    return f"{said}\n", _page(lang, f"<p>{escape(said)}</p>")


def listing(sections: Sequence[Section], lang: Lang) -> tuple[str, str]:
    """Text and HTML of a mail that lists things; sections without lines are left out."""
    shown = [section for section in sections if section.lines]
    parts, blocks = [], []
    for section in shown:
        heading = section.heading.pick(lang)
        lines = [f"- {line.title} ({line.remark})\n  {line.link}" for line in section.lines]
        parts.append("\n".join([heading, *lines]))
        rows = "".join(
            f'<li><a href="{escape(line.link)}">{escape(line.title)}</a> ({escape(line.remark)})</li>'
            for line in section.lines
        )
        blocks.append(f"<h2>{escape(heading)}</h2><ul>{rows}</ul>")
    end = _END.pick(lang)
    return "\n\n".join([*parts, end]) + "\n", _page(lang, "".join(blocks) + f"<p>{escape(end)}</p>")


def _page(lang: Lang, body: str) -> str:
    return f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"></head><body>{body}</body></html>'
