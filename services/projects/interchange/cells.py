"""A row of a plan as files carry it: plain values by field, the same for every format. Pure.

What a file changes is found by comparing these values with those of the row as it stands. A file that we wrote carries
a fingerprint of each row's values as well, so that a row which nobody touched in the file is told from one that
somebody set back.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.projects.plan.window import Precision, Window

Value = str | int | bool | None
Cells = dict[str, Value]

WINDOW = ("start", "end", "precision", "tentative")
FIELDS = (
    "phase", "track", "section", "title", "kind", "side", "modality", "state", *WINDOW, "days_min", "days_max",
    "external_party", "is_checklist", "is_pinned", "notes", "predecessors",
)  # fmt: skip
"""What a file may change, by its name in files."""

KEYS = ("id", "version", "base", "source_ref", "unit")
"""How a row is found again: our id, the version that the file was made from, the fingerprint, the source's row."""


def link_of(predecessor: UUID | str, kind: str, lag_days: int, is_soft: bool) -> str:
    """One link as the row that waits names it: `<predecessor>:FS:+2`, with `?` behind a soft one."""
    return f"{predecessor}:{kind}:{lag_days:+d}{'?' if is_soft else ''}"


def link_from(text: str) -> tuple[str, str, int, bool]:
    """Predecessor, type, lag in working days and softness. Raises ValueError for what `link_of` does not write."""
    predecessor, kind, lag = text.rsplit(":", 2)
    if kind not in ("FS", "SS", "FF", "SF"):
        raise ValueError("no such type of link")
    return predecessor, kind, int(lag.rstrip("?")), lag.endswith("?")


def fingerprint(cells: Mapping[str, Any]) -> str:
    """What the values of a row hash to; the keys of the row are left out."""
    facts = {name: cells[name] for name in FIELDS if name in cells}
    told = json.dumps(facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def finest_whole(start: Any, end: Any, wanted: Precision | None) -> Precision:
    """The precision under which both days are ends of whole periods: the wanted one where it is, else day.

    Who writes 15 March into a row that said "March" knows the day: it must not become all of March again.
    """
    for precision in (wanted, Precision.day):
        if precision is None:
            continue
        whole = Window.covering(start, end, precision)
        if (whole.start, whole.end) == (start, end):
            return precision
    return Precision.day
