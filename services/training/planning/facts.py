"""The facts that a plan is made of and judged by: ids as text, times as seconds since 1970.

What builds the problem for the solver and what checks its answer read the same facts, and share nothing else.
"""

from hashlib import sha256
from typing import Literal, NotRequired, TypedDict

import orjson

Span = list[int]
"""[start, end]."""


class Windows(TypedDict):
    """When somebody or something is free: inside `free` (None: always), and outside `busy`."""

    free: list[Span] | None
    busy: list[Span]


class CourseFacts(TypedDict):
    id: str
    low: int
    high: int
    in_room: bool
    after: list[str]
    """Courses of the plan that come before this one."""


class UnitFacts(TypedDict):
    """`away` people at once, `raised` where the cap were some points higher; `absent`: [start, end, people] in sessions
    that are booked already. Who is trained after `goes_live` is late."""

    form: str
    away: int
    raised: int
    absent: list[Span]
    goes_live: int | None
    windows: Windows


class PersonFacts(TypedDict):
    """`key_at`: the units where the person is a key person. `seats`: sessions of the plan that is mended, by course."""

    units: list[str]
    key_at: list[str]
    needs: list[str]
    windows: Windows


class RoomFacts(TypedDict):
    seats: int | None
    windows: Windows


class TrainerFacts(TypedDict):
    windows: Windows


class Rules(TypedDict):
    by_form: bool
    key_first: bool
    choices: int
    choices_per: Literal["unit", "person"]
    parallel: int | None
    go_live: Literal["demand", "wish"]
    raised_by: int
    complete: bool
    """Whether everybody who can come has a seat; a mended plan may leave people to a later session."""


class HeldFacts(TypedDict):
    """Of the published sessions that a plan mends, by id: those with a room, those with a trainer, and guests, who were
    booked by hand without a need. `seats`: how many each has, which may be changed by hand. `named`: which of room and
    trainer the plan itself names, and so gives to every session."""

    named: list[Literal["rooms", "trainers"]]
    rooms: list[str]
    trainers: list[str]
    guests: dict[str, list[str]]
    seats: dict[str, int]


class Facts(TypedDict):
    slots: list[Span]
    days: list[int]
    everybody: Windows
    courses: list[CourseFacts]
    units: dict[str, UnitFacts]
    people: dict[str, PersonFacts]
    rooms: dict[str, RoomFacts]
    trainers: dict[str, TrainerFacts]
    rules: Rules
    held: NotRequired[HeldFacts]


class PlannedSession(TypedDict):
    """`id`: the real session that is kept; None for one that is to be made."""

    id: str | None
    course: str
    form: str
    slot: int
    room: str | None
    trainer: str | None
    backup: str | None
    people: list[str]


class LeftOut(TypedDict):
    person: str
    course: str


class Plan(TypedDict):
    sessions: list[PlannedSession]
    left: list[LeftOut]


def must_have(facts: Facts, kind: Literal["rooms", "trainers"], session_id: str | None) -> bool:
    """Whether a session must have a room, or a trainer: where the plan names any, and where it had one."""
    held = facts.get("held")
    if held is None:
        return bool(facts[kind])
    return kind in held["named"] or session_id in held[kind]


def guests_of(facts: Facts, session_id: str | None) -> list[str]:
    """Who sits in a published session by hand without a need: fixed there as long as the session stands."""
    held = facts.get("held")
    return held["guests"].get(session_id or "", []) if held else []


def seats_of(facts: Facts, session_id: str | None, most: int) -> int:
    """How many may sit in a session: as many as it has seats, where it is published, else `most`."""
    held = facts.get("held")
    return held["seats"].get(session_id or "", most) if held else most


def digests(facts: Facts) -> dict[str, str]:
    """A digest of each part of the facts, so that it can be told which of them moved."""
    parts = {str(name): orjson.dumps(value, option=orjson.OPT_SORT_KEYS) for name, value in facts.items()}
    return {name: sha256(part).hexdigest() for name, part in sorted(parts.items())}
