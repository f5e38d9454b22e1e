"""A pack as PDF: the same facts in words, for people who keep paper."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from services.sync.evidence.models import EvidencePack
from services.sync.roster.words import CODES
from services.sync.rules.catalogue import RULES
from services.sync.verification.reasons import REASONS
from shared.kit.printing import print_pdf
from shared.kit.text import Lang, Text

_TEMPLATE = Path(__file__).parent / "typst" / "evidence.typ"


def _t(sv: str, en: str, da: str) -> Text:
    return Text(sv=sv, en=en, da=da)


_W = {
    "title": _t("Bevis om skolans uppgifter", "Evidence of the school's data", "Bevis for skolens oplysninger"),
    "made": _t("Gjort", "Made", "Lavet"),
    "register": _t("Registret", "The register", "Registret"),
    "platform": _t("Plattformen", "The platform", "Platformen"),
    "holds": _t("håller", "holds", "holder"),
    "fails": _t("håller inte", "does not hold", "holder ikke"),
    "days": _t("Dagar i rad", "Days in a row", "Dage i træk"),
    "drift": _t("Saknas, inaktuella, dubbla", "Missing, stale, double", "Mangler, forældede, dobbelte"),
    "signed": _t("Godkänt av konto", "Signed off by account", "Godkendt af konto"),
    "unsigned": _t("Ingen har godkänt", "Nobody has signed off", "Ingen har godkendt"),
    "years": _t("Elever i registret", "Pupils in the roster", "Elever i registret"),
    "classes": _t("Klasser", "Classes", "Klasser"),
    "roles": _t("Personal", "Staff", "Personale"),
    "differences": _t("Avvikelser i plattformen", "Differences in the platform", "Afvigelser i platformen"),
    "reasons": _t("Vad som hindrar", "What stands in the way", "Hvad der hindrer"),
    "none": _t("Inget", "None", "Ingen"),
    "count": _t("Antal", "Number", "Antal"),
    "what": _t("Vad", "What", "Hvad"),
    "check": _t(
        "Kontroll: JSON-versionens SHA-256 är talet nedan; signaturen över det prövas med den publicerade nyckeln.",
        "To check: the SHA-256 of the JSON version is the number below; its signature is checked by the published key.",
        "Kontrol: JSON-versionens SHA-256 er tallet nedenfor; signaturen prøves med den offentliggjorte nøgle.",
    ),
}


async def print_pack(pack: EvidencePack, lang: Lang) -> bytes:
    """The PDF of a stored pack; the same pack gives the same PDF. Raises PrintingFailed."""
    return await print_pdf(_TEMPLATE, pack_words(pack, lang), pack.made_at)


def pack_words(pack: EvidencePack, lang: Lang) -> dict[str, Any]:
    """Everything that the template sets, in one language."""
    content = json.loads(pack.content)
    words = {name: word.pick(lang) for name, word in _W.items()}
    facts = [(words["made"], pack.made_at.strftime("%Y-%m-%d %H:%M UTC")), *_facts(content, words)]
    return {
        "lang": lang,
        "title": words["title"],
        "unit": content["unit"]["name"],
        "facts": [{"name": name, "value": value} for name, value in facts],
        "tables": _tables(content, words, lang),
        "columns": [words["what"], words["count"]],
        "none": words["none"],
        "check": words["check"],
        "hash": pack.content_hash,
        "id": str(pack.id),
    }


def _facts(content: dict[str, Any], words: dict[str, str]) -> list[tuple[str, str]]:
    standing, signed = content["standing"], content["signOff"]

    def leg(holds: bool) -> str:
        return words["holds" if holds else "fails"]

    return [
        (words["register"], leg(standing["registerOk"])),
        (words["platform"], leg(standing["platformOk"])),
        (words["days"], str(standing["days"])),
        (words["drift"], f"{standing['missing']}, {standing['stale']}, {standing['duplicate']}"),
        (words["signed"], signed["accountId"] if signed else words["unsigned"]),
    ]


def _tables(content: dict[str, Any], words: dict[str, str], lang: Lang) -> list[dict[str, Any]]:
    roster, found = content["roster"], Counter[str]()
    for platform in content["platforms"]:
        found.update(platform["differences"])
    rows = {
        "reasons": [[_rule(REASONS, code, lang), ""] for code in content["standing"]["reasons"]],
        "differences": [[_rule(RULES, kind, lang), str(count)] for kind, count in sorted(found.items())],
        "years": [[_year(row, lang), str(row["pupils"])] for row in roster["years"]],
        "classes": [[row["name"], str(row["pupils"])] for row in roster["classes"]],
        "roles": [[_code(row["role"], lang), str(row["people"])] for row in roster["roles"]],
    }
    return [{"head": words[name], "rows": told} for name, told in rows.items()]


def _rule(rules: dict[str, Any], name: str, lang: Lang) -> str:
    return str(rules[name].message.pick(lang)) if name in rules else name


def _code(code: str, lang: Lang) -> str:
    return CODES[code].pick(lang) if code in CODES else code


def _year(row: dict[str, Any], lang: Lang) -> str:
    form = _code(row["schoolForm"], lang)
    return " ".join(str(part) for part in (form, row["schoolYear"]) if part not in (None, ""))
