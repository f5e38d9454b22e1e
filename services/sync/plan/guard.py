"""Judges a plan by its gross numbers: may it be applied, by one person, by two, or not at all.

Net numbers hide a roster that was exchanged (as many gone as new), so what ends, what changes, what comes anew and what
came back under another id are each judged for themselves, in all and per unit, as a share and as a number; what ends
per school form or role as well, and together with what the last weeks have ended.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from services.sync.plan.policy import GuardPolicy

Verdict = Literal["clear", "second_person", "held"]
Level = Literal["note", "second_person", "held", "never"]
Reason = dict[str, Any]
Row = Mapping[str, Any]

# `never`: what is not whole cannot be let through by anybody's word, the source must deliver anew.
LEVELS: dict[str, Level] = {
    "incomplete_file": "never",
    "incomplete_fetch": "note",
    "file_cut_short": "never",
    "kind_emptied": "never",
    "duplicates_many": "never",
    "too_many_bad_rows": "held",
    "ends_most": "held",
    "identities_doubtful": "held",
    "field_changed_most": "held",
    "year_roll_undeclared": "held",
    "class_unmatched": "second_person",
    "ends_many": "second_person",
    "ends_many_at_unit": "second_person",
    "ends_many_in_part": "second_person",
    "lets_go_many": "second_person",
    "unit_emptied": "second_person",
    "part_emptied": "second_person",
    "unit_ends": "second_person",
    "drip_week": "second_person",
    "drip_month": "second_person",
    "changes_many": "second_person",
    "creates_many": "second_person",
    "revives_many": "second_person",
    "changes_many_at_unit": "second_person",
    "creates_many_at_unit": "second_person",
    "moves_many": "second_person",
    "moves_many_at_unit": "second_person",
    "lifts_protection": "second_person",
    "takes_over": "second_person",
    "older_delivery": "second_person",
    "field_vanished": "note",
    "year_roll": "note",
    "case_waits": "note",
    "protection_tightened": "note",
}
_ORDER: tuple[Level, ...] = ("never", "held", "second_person", "note")
_VERDICTS: dict[str, Verdict] = {"never": "held", "held": "held", "second_person": "second_person"}
# A kind of fewer rows than this may come to an end without the delivery being taken for a part of one.
_A_FEW = 3


@dataclass(frozen=True)
class Facts:
    """What the judgement rests on, every number gross.

    `totals` per kind, `units` per kind and unit, `parts` per kind and school form or role (and unit, where told):
    created, changed, ended, unchanged, and `explained`: what a declared year roll explains, and neither of changed and
    ended counts then. `fields` are values of persons that became others, `vanished` those that were delivered empty
    and are kept. `drip` holds by rule what the runs of the last days have ended, this one included. `let_go` counts
    memberships that end while nothing else of whose they are does. `moved_at` holds `moved` by unit.
    """

    totals: Mapping[str, Row]
    units: Sequence[Row]
    files: Sequence[Row]
    parts: Sequence[Row] = ()
    revived: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, int] = field(default_factory=dict)
    vanished: Sequence[Row] = ()
    drip: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    duplicates: Sequence[Row] = ()
    cut_short: Sequence[str] = ()
    unfetched: Sequence[str] = ()
    moved: int = 0
    moved_at: Mapping[str, int] = field(default_factory=dict)
    tightened: int = 0
    doubtful: int = 0
    waiting: int = 0
    lifted: int = 0
    taken_over: int = 0
    promoted: int = 0
    let_go: int = 0
    is_older: bool = False
    unmatched_classes: int | None = None
    classes: int = 0


def judge(facts: Facts, policy: GuardPolicy | None = None) -> tuple[Verdict, list[Reason]]:
    """The verdict and its reasons, the gravest first, each with a stable `code`, its `level`, what it is about, the
    number and what it is part of."""
    policy = policy or GuardPolicy()
    found = [{**reason, "level": LEVELS[reason["code"]]} for check in _CHECKS for reason in check(facts, policy)]
    found = _said_once(found)
    found.sort(key=lambda reason: _ORDER.index(reason["level"]))
    return _VERDICTS.get(found[0]["level"], "clear") if found else "clear", found


def is_releasable(reasons: Sequence[Reason]) -> bool:
    """Whether two persons may let a held plan through: never where something is missing from the delivery itself."""
    return all(LEVELS[reason["code"]] != "never" for reason in reasons)


def _incomplete(facts: Facts, _: GuardPolicy) -> Iterator[Reason]:
    for file in facts.files:
        if not file["is_complete"]:
            yield {"code": "incomplete_file", "file": file["name"], "count": file["rows"]}
    for name in facts.cut_short:
        yield {"code": "file_cut_short", "file": name, "count": 1}
    for kind in facts.unfetched:
        yield {"code": "incomplete_fetch", "kind": kind, "count": 1}


def _duplicated(facts: Facts, policy: GuardPolicy) -> Iterator[Reason]:
    for row in facts.duplicates:
        if policy.limit("duplicates_many", row["kind"]).is_passed(row["count"], row["base"]):
            yield {"code": "duplicates_many", **row}


def _bad_rows(facts: Facts, policy: GuardPolicy) -> Iterator[Reason]:
    limit = policy.limit("too_many_bad_rows")
    for file in facts.files:
        if limit.is_passed(file["bad_rows"], file["rows"]):
            yield {"code": "too_many_bad_rows", "file": file["name"], "count": file["bad_rows"], "base": file["rows"]}


def _emptied(facts: Facts, _: GuardPolicy) -> Iterator[Reason]:
    for kind, row in facts.totals.items():
        if row["ended"] >= _A_FEW and _is_emptied(row):
            yield {"code": "kind_emptied", "kind": kind, **_numbers(row, "ended")}
    for row in facts.units:
        if row["unit_id"] is not None and row["kind"] in ("enrolment", "duty", "placement") and _is_emptied(row):
            yield {"code": "unit_emptied", "kind": row["kind"], "unitId": row["unit_id"], **_numbers(row, "ended")}
    for row in facts.parts:
        if _is_emptied(row):
            yield {"code": "part_emptied", **_part(row), **_numbers(row, "ended")}


def _is_emptied(row: Mapping[str, Any]) -> bool:
    """Whether all of it would end: the last of a role, of a school form or at a unit, be there few or many."""
    return bool(row["ended"] and row["ended"] == _base(row) and not row["created"])


def _ended(facts: Facts, policy: GuardPolicy) -> Iterator[Reason]:
    for kind, row in facts.totals.items():
        for code in ("ends_most", "ends_many"):
            if policy.limit(code, kind).is_passed(row["ended"], _base(row)):
                yield {"code": code, "kind": kind, **_numbers(row, "ended")}
                break
    yield from _ended_at_units(facts, policy)
    memberships = facts.totals.get("membership")
    if memberships and policy.limit("lets_go_many", "membership").is_passed(facts.let_go, _base(memberships)):
        yield {"code": "lets_go_many", "kind": "membership", "count": facts.let_go, "base": _base(memberships)}
    for row in facts.parts:
        if policy.limit("ends_many_in_part", row["kind"]).is_passed(row["ended"], _base(row)):
            yield {"code": "ends_many_in_part", **_part(row), **_numbers(row, "ended")}


def _ended_at_units(facts: Facts, policy: GuardPolicy) -> Iterator[Reason]:
    for row in facts.units:
        if row["kind"] == "unit" and policy.limit("unit_ends").is_passed(row["ended"], 1):
            yield {"code": "unit_ends", "kind": "unit", "unitId": row["unit_id"], "count": row["ended"]}
        elif _passes_at_unit(row, policy):
            yield {"code": "ends_many_at_unit", "kind": row["kind"], "unitId": row["unit_id"], **_numbers(row, "ended")}


def _passes_at_unit(row: Mapping[str, Any], policy: GuardPolicy) -> bool:
    limit = policy.limit("ends_many_at_unit", row["kind"])
    return row["unit_id"] is not None and limit.is_passed(row["ended"], _base(row))


def _dripped(facts: Facts, policy: GuardPolicy) -> Iterator[Reason]:
    for code, kinds in facts.drip.items():
        for kind, count in kinds.items():
            before = facts.totals[kind]
            # What earlier runs have ended was there too when the days began.
            base = _base(before) + count - before["ended"]
            if count > before["ended"] > 0 and policy.limit(code, kind).is_passed(count, base):
                yield {"code": code, "kind": kind, "count": count, "base": base}


def _changed_at_units(facts: Facts, policy: GuardPolicy) -> Iterator[Reason]:
    """Of a kind that is said to change as a whole, no unit has anything to add."""
    for code, what in (("changes_many", "changed"), ("creates_many", "created")):
        for row in facts.units:
            kind, base = row["kind"], _base(row)
            total = facts.totals.get(kind)
            if row["unit_id"] is None or not base or not total:
                continue
            if policy.limit(code, kind).is_passed(total[what], _base(total)):
                continue
            if policy.limit(f"{code}_at_unit", kind).is_passed(row[what], base):
                yield {"code": f"{code}_at_unit", "kind": kind, "unitId": row["unit_id"], **_numbers(row, what)}


def _changed(facts: Facts, policy: GuardPolicy) -> Iterator[Reason]:
    for kind, row in facts.totals.items():
        base = _base(row)
        if policy.limit("changes_many", kind).is_passed(row["changed"], base):
            yield {"code": "changes_many", "kind": kind, **_numbers(row, "changed")}
        # A first load creates everything; there is nothing yet that could be doubled.
        if base and policy.limit("creates_many", kind).is_passed(row["created"], base):
            yield {"code": "creates_many", "kind": kind, **_numbers(row, "created")}
        if policy.limit("revives_many", kind).is_passed(facts.revived.get(kind, 0), base):
            yield {"code": "revives_many", "kind": kind, "count": facts.revived[kind], "base": base}
    persons = _base(facts.totals.get("person", {}))
    for name, count in facts.fields.items():
        if policy.limit("field_changed_most").is_passed(count, persons):
            yield {"code": "field_changed_most", "kind": "person", "part": name, "count": count, "base": persons}


def _identities(facts: Facts, policy: GuardPolicy) -> Iterator[Reason]:
    persons = _base(facts.totals.get("person", {}))
    numbers = {
        "identities_doubtful": facts.doubtful,
        "moves_many": facts.moved,
        "lifts_protection": facts.lifted,
        "takes_over": facts.taken_over,
    }
    for code, count in numbers.items():
        if policy.limit(code, "person").is_passed(count, persons):
            yield {"code": code, "kind": "person", "count": count, "base": persons}
    if not policy.limit("moves_many", "person").is_passed(facts.moved, persons):
        yield from _moved_at_units(facts, policy)
    if facts.tightened:
        yield {"code": "protection_tightened", "kind": "person", "count": facts.tightened, "base": persons}
    if facts.waiting:
        yield {"code": "case_waits", "kind": "person", "count": facts.waiting, "base": persons}


def _moved_at_units(facts: Facts, policy: GuardPolicy) -> Iterator[Reason]:
    there = {row["unit_id"]: _base(row) for row in facts.units if row["kind"] == "person"}
    for unit, count in facts.moved_at.items():
        if policy.limit("moves_many_at_unit", "person").is_passed(count, there.get(unit, 0)):
            base = there.get(unit, 0)
            yield {"code": "moves_many_at_unit", "kind": "person", "unitId": unit, "count": count, "base": base}


def _order(facts: Facts, _: GuardPolicy) -> Iterator[Reason]:
    if facts.is_older:
        yield {"code": "older_delivery", "count": 1}


def _fields(facts: Facts, _: GuardPolicy) -> Iterator[Reason]:
    for row in facts.vanished:
        yield {"code": "field_vanished", **row}


def _year(facts: Facts, policy: GuardPolicy) -> Iterator[Reason]:
    enrolments = _base(facts.totals.get("enrolment", {}))
    if facts.unmatched_classes is None:
        if enrolments and facts.promoted > max(_A_FEW, enrolments / 2):
            yield {"code": "year_roll_undeclared", "kind": "enrolment", "count": facts.promoted, "base": enrolments}
        return
    explained = sum(row.get("explained", 0) for row in facts.totals.values())
    if explained:
        yield {"code": "year_roll", "count": explained}
    if policy.limit("class_unmatched").is_passed(facts.unmatched_classes, facts.classes):
        yield {
            "code": "class_unmatched",
            "kind": "group",
            "count": facts.unmatched_classes,
            "base": facts.classes,
        }


_CHECKS = (
    _incomplete,
    _duplicated,
    _bad_rows,
    _emptied,
    _identities,
    _ended,
    _dripped,
    _changed,
    _changed_at_units,
    _order,
    _fields,
    _year,
)


def _part(row: Mapping[str, Any]) -> Reason:
    at_unit = {"unitId": row["unit_id"]} if row["unit_id"] else {}
    return {"kind": row["kind"], "part": row["part"], **at_unit}


# By code: what says the same of the same rows, and by which marks it names them. All of one level.
_SAME = {
    "ends_many_at_unit": (("unit_emptied", {"unitId"}),),
    "part_emptied": (("unit_emptied", {"unitId"}), ("part_emptied", {"part"})),
    "ends_many_in_part": (
        ("part_emptied", {"part", "unitId"}),
        ("part_emptied", {"part"}),
        ("unit_emptied", {"unitId"}),
        ("ends_many_at_unit", {"unitId"}),
        ("ends_many_in_part", {"part"}),
    ),
}


def _said_once(found: Sequence[Reason]) -> list[Reason]:
    """Without reasons that another one gives already, of the same rows."""
    said = {_said(one["code"], one, {"part", "unitId"}) for one in found}
    return [one for one in found if not said & _echoed(one)]


def _echoed(reason: Reason) -> set[tuple[Any, ...]]:
    others = {_said(code, reason, marks) for code, marks in _SAME.get(reason["code"], ())}
    return others - {_said(reason["code"], reason, {"part", "unitId"})}


def _said(code: str, reason: Reason, marks: set[str]) -> tuple[Any, ...]:
    named = (reason.get(mark) if mark in marks else None for mark in ("part", "unitId"))
    return code, reason.get("kind"), *named, reason["count"], reason.get("base")


def _numbers(row: Mapping[str, Any], what: str) -> dict[str, int]:
    return {"count": row[what], "base": _base(row)}


def _base(row: Mapping[str, Any]) -> int:
    """How many rows there were before."""
    return int(sum(row.get(name, 0) for name in ("changed", "ended", "unchanged", "explained")))
