"""An attendance list on paper: to be ticked, or signed, by who comes."""

from pathlib import Path
from uuid import UUID

from services.training.report import words
from services.training.report.service import AttendanceList
from shared.kit import canvas
from shared.kit.printing import print_pdf
from shared.kit.text import Lang

_TEMPLATE = Path(__file__).parent / "typst" / "attendance.typ"


async def print_list(session_id: UUID, found: AttendanceList, lang: Lang) -> bytes:
    """The list as PDF. Raises PrintingFailed."""
    data = {
        "lang": lang,
        "title": words.LIST.pick(lang),
        "course": found.title,
        "facts": [{"name": name, "value": value} for name, value in found.facts],
        "columns": ["", *words.headings(lang, "name", "units", "state", "signature")],
        "rows": [[str(number), *map(str, row), ""] for number, row in enumerate(found.rows, start=1)],
        "id": str(session_id),
    }
    return await print_pdf(_TEMPLATE, data, found.at, [canvas.FONTS])
