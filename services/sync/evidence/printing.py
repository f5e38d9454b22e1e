"""A pack as PDF: the same facts in words, for people who keep paper."""

import json
from pathlib import Path
from typing import Any

from services.sync.evidence.models import EvidencePack
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
    standing, signed, roster = content["standing"], content["signOff"], content["roster"]

    def leg(holds: bool) -> str:
        return words["holds" if holds else "fails"]

    found: dict[str, int] = {}
    for platform in content["platforms"]:
        for kind, count in platform["differences"].items():
            found[kind] = found.get(kind, 0) + count
    facts = [
        (words["made"], pack.made_at.strftime("%Y-%m-%d %H:%M UTC")),
        (words["register"], leg(standing["registerOk"])),
        (words["platform"], leg(standing["platformOk"])),
        (words["days"], str(standing["days"])),
        (words["drift"], f"{standing['missing']}, {standing['stale']}, {standing['duplicate']}"),
        (words["signed"], signed["accountId"] if signed else words["unsigned"]),
    ]
    years = [[_year(row), str(row["pupils"])] for row in roster["years"]]
    classes = [[row["name"], str(row["pupils"])] for row in roster["classes"]]
    return {
        "lang": lang,
        "title": words["title"],
        "unit": content["unit"]["name"],
        "facts": [{"name": name, "value": value} for name, value in facts],
        "tables": [
            {"head": words["reasons"], "rows": [[_rule(REASONS, code, lang), ""] for code in standing["reasons"]]},
            {"head": words["differences"], "rows": [[_rule(RULES, k, lang), str(n)] for k, n in sorted(found.items())]},
            {"head": words["years"], "rows": years},
            {"head": words["classes"], "rows": classes},
            {"head": words["roles"], "rows": [[row["role"], str(row["people"])] for row in roster["roles"]]},
        ],
        "columns": [words["what"], words["count"]],
        "none": words["none"],
        "check": words["check"],
        "hash": pack.content_hash,
        "id": str(pack.id),
    }


def _rule(rules: dict[str, Any], name: str, lang: Lang) -> str:
    return str(rules[name].message.pick(lang)) if name in rules else name


def _year(row: dict[str, Any]) -> str:
    return " ".join(str(part) for part in (row["schoolForm"], row["schoolYear"]) if part not in (None, ""))
