"""The columns of the tables that we write, and the headings by which tables of others are understood. Pure."""

from dataclasses import dataclass
from typing import Literal

from pydantic.alias_generators import to_camel

from shared.kit.text import LANGUAGES, Lang, Text

Kind = Literal["text", "word", "part", "day", "flag", "number", "key"]
VERSION = "1"

MOST_ROWS = 20_000
LONGEST = {"title": 500, "section": 500, "external_party": 200, "notes": 4000}


@dataclass(frozen=True)
class Column:
    """One column. A key is hidden and locked: it tells us which row it is. `others` are headings of other tools."""

    field: str
    heading: Text
    kind: Kind = "text"
    width: int = 14
    others: tuple[str, ...] = ()

    @property
    def is_key(self) -> bool:
        return self.kind == "key"


def _text(sv: str, en: str, da: str) -> Text:
    return Text(sv=sv, en=en, da=da)


_COLUMNS = (
    Column("source_ref", _text("Beteckning", "Reference", "Reference"), width=13, others=("ref", "källa", "wbs")),
    Column("phase", _text("Fas", "Phase", "Fase"), "part", 22),
    Column("track", _text("Delprojekt", "Track", "Delprojekt"), "part", 18),
    Column("section", _text("Avsnitt", "Section", "Afsnit"), width=20, others=("section/column", "rubriknivå")),
    Column("title", _text("Aktivitet", "Activity", "Aktivitet"), width=48,
           others=("rubrik", "title", "titel", "task", "task name", "uppgift", "opgave", "name", "namn", "navn")),
    Column("kind", _text("Typ", "Kind", "Type"), "word", 13, ("slag",)),
    Column("side", _text("Part", "Side", "Part"), "word", 13, ("ansvarig part", "ansvar")),
    Column("modality", _text("Ska/bör/kan", "Must/should/may", "Skal/bør/kan"), "word", 11),
    Column("state", _text("Status", "State", "Status"), "word", 12, ("läge", "tillstånd")),
    Column("start", _text("Start", "Start", "Start"), "day", 12,
           ("startdatum", "start date", "startdato", "från", "from", "fra", "datum", "date", "dato", "när")),
    Column("end", _text("Slut", "End", "Slut"), "day", 12,
           ("slutdatum", "end date", "due date", "finish", "klart senast", "senast", "deadline", "till", "slutdato")),
    Column("precision", _text("Noggrannhet", "Precision", "Nøjagtighed"), "word", 12),
    Column("tentative", _text("Preliminär", "Tentative", "Foreløbig"), "flag", 11),
    Column("days_min", _text("Arbetsdagar minst", "Working days, fewest", "Arbejdsdage mindst"), "number", 10),
    Column("days_max", _text("Arbetsdagar mest", "Working days, most", "Arbejdsdage højst"), "number", 10),
    Column("external_party", _text("Tredje part som levererar", "Third party that delivers", "Tredjepart der leverer"),
           width=22),
    Column("is_checklist", _text("I checklistan", "In the checklist", "I tjeklisten"), "flag", 10),
    Column("is_pinned", _text("Låst datum", "Pinned date", "Låst dato"), "flag", 10),
    Column("notes", _text("Anteckningar", "Notes", "Noter"), width=40, others=("kommentar", "comment", "anteckning")),
    Column("unit_name", _text("Enhet", "Unit", "Enhed"), width=20),
    Column("unit", _text("Enhets-id", "Unit id", "Enheds-id"), "key"),
    Column("predecessors", _text("Väntar på", "Waits for", "Venter på"), "key"),
    Column("id", _text("Rad-id", "Row id", "Række-id"), "key"),
    Column("version", _text("Version", "Version", "Version"), "key"),
    Column("base", _text("Avtryck", "Fingerprint", "Aftryk"), "key"),
)  # fmt: skip
BY_FIELD = {column.field: column for column in _COLUMNS}

PLAN = _COLUMNS
CHECKLIST = tuple(
    BY_FIELD[field]
    for field in (
        "source_ref", "section", "title", "unit_name", "side", "state", "start", "end", "precision", "tentative",
        "notes", "id", "version", "base",
    )
)  # fmt: skip
FILLED_IN = frozenset({"side", "state", "start", "end", "precision", "tentative", "notes"})
"""What a municipality fills in on the checklist; the rest is locked there."""

READ_ONLY = frozenset({"unit_name"})


def heading(column: Column, lang: Lang) -> str:
    return column.heading.pick(lang)


def column_of(written: str) -> Column | None:
    """The column that a heading stands for, in any language, by our own name for it or another tool's."""
    wanted = " ".join(written.casefold().replace("_", " ").split()).rstrip(":*")
    return _HEADINGS.get(wanted)


def language_of(headings: list[str]) -> Lang | None:
    """The language whose headings these mostly are; None for headings that are not ours."""
    hits = {
        lang: sum(written in {column.heading.pick(lang) for column in _COLUMNS} for written in headings)
        for lang in LANGUAGES
    }
    best = max(hits, key=lambda lang: hits[lang])
    return best if hits[best] > 2 else None


def _headings() -> dict[str, Column]:
    found: dict[str, Column] = {}
    for column in _COLUMNS:
        ours = (column.heading.pick(lang) for lang in LANGUAGES)
        for name in (*ours, column.field.replace("_", " "), to_camel(column.field)):
            found.setdefault(name.casefold(), column)
    for column in _COLUMNS:
        for name in column.others:
            found.setdefault(name, column)
    return found


_HEADINGS = _headings()
