"""The words that files show for codes, in the reader's language, and the way back from any language. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from services.projects.plan.vocabulary import ActivityKind, ActivityState, Modality, PartySide
from services.projects.plan.window import Precision
from shared.kit.text import LANGUAGES, Lang, Text

Words = Mapping[str, Text]


def _text(sv: str, en: str, da: str) -> Text:
    return Text(sv=sv, en=en, da=da)


KINDS: Words = {
    ActivityKind.task: _text("Uppgift", "Task", "Opgave"),
    ActivityKind.milestone: _text("Milstolpe", "Milestone", "Milepæl"),
    ActivityKind.meeting: _text("Möte", "Meeting", "Møde"),
    ActivityKind.decision: _text("Beslut", "Decision", "Beslutning"),
    ActivityKind.approval: _text("Godkännande", "Approval", "Godkendelse"),
    ActivityKind.training: _text("Utbildning", "Training", "Uddannelse"),
    ActivityKind.deliverable: _text("Leverans", "Deliverable", "Leverance"),
}
SIDES: Words = {
    PartySide.customer: _text("Kund", "Customer", "Kunde"),
    PartySide.supplier: _text("Leverantör", "Supplier", "Leverandør"),
    PartySide.joint: _text("Gemensamt", "Joint", "Fælles"),
    PartySide.third_party: _text("Tredje part", "Third party", "Tredjepart"),
    PartySide.programme: _text("Program", "Programme", "Program"),
}
STATES: Words = {
    ActivityState.planned: _text("Planerad", "Planned", "Planlagt"),
    ActivityState.started: _text("Påbörjad", "Started", "Påbegyndt"),
    ActivityState.done: _text("Klar", "Done", "Færdig"),
    ActivityState.cancelled: _text("Inställd", "Cancelled", "Aflyst"),
}
MODALITIES: Words = {
    Modality.must: _text("Ska", "Must", "Skal"),
    Modality.should: _text("Bör", "Should", "Bør"),
    Modality.may: _text("Kan", "May", "Kan"),
}
PRECISIONS: Words = {
    Precision.day: _text("Dag", "Day", "Dag"),
    Precision.week: _text("Vecka", "Week", "Uge"),
    Precision.month: _text("Månad", "Month", "Måned"),
    Precision.quarter: _text("Kvartal", "Quarter", "Kvartal"),
    Precision.half: _text("Halvår", "Half-year", "Halvår"),
    Precision.year: _text("År", "Year", "År"),
}
YES, NO = _text("Ja", "Yes", "Ja"), _text("Nej", "No", "Nej")
_TRUE = frozenset({"ja", "yes", "true", "sant", "sand", "x", "1", "✓", "✔", "j", "y"})
_FALSE = frozenset({"nej", "no", "false", "falskt", "falsk", "0", "n", "-"})

WORDS: Mapping[str, Words] = {
    "kind": KINDS,
    "side": SIDES,
    "modality": MODALITIES,
    "state": STATES,
    "precision": PRECISIONS,
}
_CODES: Mapping[str, type[StrEnum]] = {
    "kind": ActivityKind,
    "side": PartySide,
    "modality": Modality,
    "state": ActivityState,
    "precision": Precision,
}


def word(field: str, code: object, lang: Lang) -> str | None:
    """The word for a code of this field; None for none."""
    return None if code is None else WORDS[field][str(code)].pick(lang)


def code_of(field: str, text: str) -> str | None:
    """The code that a word in any language, or the code itself, stands for; None where it is none of them."""
    wanted = text.strip().casefold()
    for code in _CODES[field]:
        if wanted in {code.value.casefold(), *(WORDS[field][code].pick(lang).casefold() for lang in LANGUAGES)}:
            return code.value
    return None


def choices(field: str, lang: Lang) -> list[str]:
    """Every word of this field, in the order of the word list."""
    return [WORDS[field][code].pick(lang) for code in _CODES[field]]


def flag_of(value: object) -> bool | None:
    """Yes or no in any language; an empty cell is no. None where it is neither."""
    if isinstance(value, bool) or value is None:
        return bool(value)
    said = str(value).strip().casefold()
    if not said:
        return False
    return True if said in _TRUE else False if said in _FALSE else None


class Names:
    """Parts of a project that files name by title: phases and tracks. Titles that two parts share carry the key."""

    def __init__(self, parts: Sequence[tuple[str, Text]]) -> None:
        self._titles = dict(parts)
        self._keys: dict[str, set[str]] = {}
        for key, title in parts:
            for name in {key, *(title.pick(lang) for lang in LANGUAGES)}:
                self._keys.setdefault(_plain(name), set()).add(key)

    def shown(self, key: str | None, lang: Lang) -> str | None:
        """The title of a part, with its key where the title alone would not be understood."""
        if key is None or key not in self._titles:
            return key
        title = self._titles[key].pick(lang)
        return title if self._keys[_plain(title)] == {key} else f"{title} ({key})"

    def all(self, lang: Lang) -> list[str]:
        return [self.shown(key, lang) or key for key in self._titles]

    def find(self, name: str) -> str | None:
        """The key of the part with this title or key; None where none or several have it."""
        found = self._keys.get(_plain(name), set())
        if len(found) == 1:
            return next(iter(found))
        _, opened, inside = name.rpartition("(")
        key = inside.rstrip(") ")
        return key if opened and key in self._titles else None


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
