"""Which participants fit an activity. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from services.projects.activity.models import Activity, ActivityParticipation
from services.projects.participation.errors import (
    JOINT_NEEDS_BOTH,
    NO_ROLE,
    ONE_ACCOUNTABLE,
    OTHERS_PARTICIPANTS,
    ROLE_ELSEWHERE,
    TWICE,
)
from services.projects.participation.schemas import ParticipationInput
from services.projects.plan.vocabulary import PartySide, Raci
from shared.auth.principal import Principal
from shared.auth.roles import Side
from shared.kit.problems import FieldError
from shared.kit.text import Text

BOTH = {PartySide.customer, PartySide.supplier}


def wrong(activity: Activity, items: Sequence[ParticipationInput], roles: Mapping[str, str]) -> Iterator[FieldError]:
    """What is wrong with these participants, place by place; `roles` is the side of each role of the project."""
    if items and sum(item.raci is Raci.accountable for item in items) != 1:
        yield FieldError(pointer="#/items", detail=ONE_ACCOUNTABLE, code="one_accountable")
    responsible = {item.side for item in items if item.raci is Raci.responsible}
    if items and activity.side == PartySide.joint and not responsible >= BOTH:
        yield FieldError(pointer="#/items", detail=JOINT_NEEDS_BOTH, code="joint_needs_both")
    seen = Counter[tuple[Any, ...]]()
    for place, item in enumerate(items):
        key = (item.side, item.role_key, item.account_id, item.raci)
        seen[key] += 1
        if seen[key] > 1:
            yield FieldError(pointer=f"#/items/{place}", detail=TWICE, code="twice")
        yield from _wrong_role(place, item, roles)


def _wrong_role(place: int, item: ParticipationInput, roles: Mapping[str, str]) -> Iterator[FieldError]:
    if item.role_key is None:
        return
    pointer = f"#/items/{place}/roleKey"
    if item.role_key not in roles:
        yield FieldError(pointer=pointer, detail=NO_ROLE, code="unknown_role")
    elif roles[item.role_key] not in (item.side, PartySide.joint):
        yield FieldError(pointer=pointer, detail=ROLE_ELSEWHERE, code="role_of_another_side")


def refusal_to_replace(
    caller: Principal, before: Collection[ActivityParticipation], after: Collection[ActivityParticipation]
) -> Text | None:
    """Why a side other than the customer may not put `after` in the place of `before`: the others' stay theirs."""
    if caller.side is Side.customer:
        return None
    if _others(caller, before) == _others(caller, after):
        return None
    return OTHERS_PARTICIPANTS


def _others(caller: Principal, rows: Collection[ActivityParticipation]) -> Counter[tuple[Any, ...]]:
    return Counter(facts(row) for row in rows if row.side != caller.side)


def facts(row: ActivityParticipation) -> tuple[Any, ...]:
    """What a participant says, to compare two of them."""
    note = row.note and tuple(sorted((name, text) for name, text in row.note.items()))
    return (row.side, row.role_key, row.account_id, row.raci, row.hours_min, row.hours_max, row.actual_hours, note)
