"""What MS Project's XML [MSPDI, Microsoft Project Data Interchange] and our plans have in common. Pure.

A task carries our facts in text fields of its own (ExtendedAttribute), so that a plan which goes out and comes back
loses nothing. Field ids are those of Text11 to Text30, which lie in a row.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

NAMESPACE = "http://schemas.microsoft.com/project"
CATEGORY = "startklar:1"
_FIRST_FIELD = 188743997
_FIRST_NUMBER = 11

ATTRIBUTES = (
    "id", "version", "base", "source_ref", "unit", "phase", "track", "section", "kind", "side", "modality", "state",
    "precision", "tentative", "days_min", "days_max", "external_party", "is_checklist", "is_pinned", "percent",
)  # fmt: skip
FIELD_IDS = {name: _FIRST_FIELD + number for number, name in enumerate(ATTRIBUTES)}
NAMES = {name: f"Text{_FIRST_NUMBER + number}" for number, name in enumerate(ATTRIBUTES)}

# LinkType of a PredecessorLink.
LINK_TYPES = {"FF": 0, "FS": 1, "SF": 2, "SS": 3}
MINUTES_PER_DAY = 480
# LinkLag and durations in tenths of a minute; LagFormat 7 is working days.
LAG_PER_DAY = MINUTES_PER_DAY * 10
IN_DAYS = 7
ELAPSED_FORMATS = frozenset({4, 6, 8, 10, 12, 20, 36, 38, 40, 42, 44, 52})
PERCENT_FORMATS = frozenset({19, 20, 51, 52})
ELAPSED_PER_DAY = 24 * 60 * 10

AS_SOON_AS_POSSIBLE, MUST_START_ON, START_NO_EARLIER_THAN = 0, 2, 4
_LARGEST = 2**31 - 2


def uids(ids: Iterable[str]) -> dict[str, int]:
    """A number for each row, always the same one: MS Project knows a task by a number, we by a UUID.

    Two rows whose numbers would meet are told apart in the order of their ids, so an older row keeps its number.
    """
    taken: set[int] = set()
    found: dict[str, int] = {}
    for row_id in sorted(ids):
        number = int.from_bytes(hashlib.sha256(UUID(row_id).bytes).digest()[:4], "big") % _LARGEST + 1
        while number in taken:
            number = number % _LARGEST + 1
        taken.add(number)
        found[row_id] = number
    return found


def percent_of(state: str, own: int) -> int:
    """How much of a task is done: all, nothing, or begun and nobody has said how far, which shows as one percent."""
    if state == "done":
        return 100
    return max(1, min(99, own)) if state == "started" else 0
