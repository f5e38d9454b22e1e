"""Who may change an activity beyond what `project.rights` says for its side: its owner, and the head of its unit."""

from collections.abc import Collection

from services.projects.activity.models import Activity
from services.projects.plan.vocabulary import PartySide
from services.projects.project.rights import NO_SIDE, READERS, SCOPE_MISSING, refusal_to_change_row
from shared.auth.principal import Principal
from shared.auth.roles import Role, Side
from shared.auth.scopes import Scope
from shared.kit.text import Text

MOVES = frozenset({"state", "notes"})
"""What the owner of a row changes, whatever role: how far it is, and what is to be said about it."""

OTHER_SIDES_TICK = Text(
    sv="Bara radens egen sida eller dess ägare kan bocka av den; gör någon till ägare",
    en="Only the row's own side or its owner can tick it off; make somebody its owner",
)

_UNIT_SIDES = (None, PartySide.customer, PartySide.joint)


def refusal_to_edit(caller: Principal, activity: Activity, fields: Collection[str]) -> Text | None:
    """Why the caller may not change these fields of the row; None when they may."""
    if Scope.activities_write not in caller.scopes:
        return SCOPE_MISSING
    if MOVES.issuperset(fields) and (is_owner(caller, activity) or heads(caller, activity)):
        return None
    return refusal_to_change_row(caller, activity.side)


def refusal_to_tick(caller: Principal, activity: Activity) -> Text | None:
    """Why the caller may not tick off this row of the checklist: that is for its own side, or its owner."""
    if not activity.is_checklist or is_owner(caller, activity):
        return None
    if caller.side is None:
        return NO_SIDE
    own = {Side.customer, Side.supplier} if activity.side == PartySide.joint else {activity.side or Side.customer}
    return None if caller.side in own else OTHER_SIDES_TICK


def is_owner(caller: Principal, activity: Activity) -> bool:
    return activity.owner_id is not None and activity.owner_id == caller.subject


def heads(caller: Principal, activity: Activity) -> bool:
    """Whether the caller heads the unit of a row that is carried out there by the customer."""
    if activity.unit_id is None or caller.side is not Side.customer or activity.side not in _UNIT_SIDES:
        return False
    units = caller.units_for(Role.unit_head)
    return units is None or activity.unit_id in units


def may_know_of(caller: Principal, activity: Activity) -> bool:
    """Whether the caller may learn that the row exists: who reads plans, and who owns it."""
    return caller.has_any_role(*READERS) or is_owner(caller, activity)
