"""Reading the query of the plan's list without FastAPI, whose parsing of its parameters costs more than the list.

Whatever is not written in the most ordinary way (an unknown or repeated parameter, a wrong value, a cursor) is handed
on to FastAPI, which answers it properly. A test holds the two readings together.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from services.projects.activity.service import ActivityFilter
from services.projects.plan.vocabulary import ActivityKind, ActivityState, PartySide
from shared.web.paging import PageQuery

_DEFAULT_LIMIT = 20
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LIMIT = re.compile(r"[1-9]\d?|1\d\d|200")
_FLAGS = {"true": True, "false": False}


def is_plain_id(value: str) -> bool:
    """Whether an id is written as we write it."""
    return _ID.fullmatch(value) is not None


def _id(value: str) -> UUID:
    if not is_plain_id(value):
        raise ValueError
    return UUID(value)


def _day(value: str) -> date:
    if _DAY.fullmatch(value) is None:
        raise ValueError
    return date.fromisoformat(value)


def _limit(value: str) -> int:
    if _LIMIT.fullmatch(value) is None:
        raise ValueError
    return int(value)


def _words(longest: int) -> Callable[[str], str]:
    def read_words(value: str) -> str:
        if not 0 < len(value) <= longest:
            raise ValueError
        return value

    return read_words


# By the name on the wire: the field of `ActivityFilter`, and how its value is read. ValueError and KeyError hand on.
_READ: dict[str, tuple[str, Callable[[str], Any]]] = {
    "state": ("state", ActivityState),
    "side": ("side", PartySide),
    "kind": ("kind", ActivityKind),
    "phaseId": ("phase_id", _id),
    "trackKey": ("track_key", _words(60)),
    "unitId": ("unit_id", _id),
    "parentId": ("parent_id", _id),
    "ownerId": ("owner_id", _id),
    "enabled": ("is_enabled", _FLAGS.__getitem__),
    "checklist": ("is_checklist", _FLAGS.__getitem__),
    "overdue": ("is_overdue", _FLAGS.__getitem__),
    "externalParty": ("external_party", _words(200)),
    "dueBefore": ("due_before", _day),
    "dueAfter": ("due_after", _day),
    "q": ("words", _words(200)),
    "limit": ("limit", _limit),
}


@lru_cache(maxsize=256)
def read(query: bytes) -> tuple[PageQuery, ActivityFilter] | None:
    """The page and filters that a query string asks for; None where it is not plain."""
    found: dict[str, Any] = {}
    try:
        for name, value in parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=len(_READ)):
            field, parse = _READ[name]
            if field in found:
                return None
            found[field] = parse(value)
    except (ValueError, KeyError):
        return None
    return PageQuery(found.pop("limit", _DEFAULT_LIMIT), ()), ActivityFilter(**found)
