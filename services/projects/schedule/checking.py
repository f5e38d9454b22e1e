"""From a change as it was sent to one that can be computed: every wrong place is named at once. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.projects.calendar.facts import CalendarFacts, DayException
from services.projects.calendar.service import LONGEST
from services.projects.dependency.ends import LinkRow
from services.projects.dependency.schemas import DependencyCreate
from services.projects.schedule import errors
from services.projects.schedule.change_schemas import CalendarChanges, MoveInput, ScheduleChange
from services.projects.schedule.plan import Plan, PlanActivity
from services.projects.schedule.what_if import Change, Move
from shared.kit.ids import new_id
from shared.kit.problems import FieldError
from shared.kit.text import Text

_OUT_OF_ORDER = Text(
    sv="Sista dagen ligger före den första, eller mer än 400 dagar efter",
    en="The last day lies before the first, or more than 400 days after it",
)
_ITSELF = Text(sv="En aktivitet kan inte vänta på sig själv", en="An activity cannot wait for itself")
_TAKEN = Text(
    sv="De två aktiviteterna har redan ett beroende av den typen",
    en="The two activities have a dependency of that type already",
)


def checked(plan: Plan, asked: ScheduleChange, *, project_options: Mapping[str, object]) -> Change:
    """The change in the engine's terms. Raises ChangeRefused."""
    wrong = [
        *_wrong_moves(plan, asked.moves),
        *_wrong_options(asked.options, project_options),
        *_wrong_links(plan, asked.dependencies.add, asked.dependencies.remove),
        *wrong_calendar(plan.calendar, asked.calendar_changes),
    ]
    if wrong:
        raise errors.ChangeRefused(wrong)
    return Change(
        moves=(*(_move(each) for each in asked.moves), *_below(plan, asked.moves)),
        options=dict(asked.options),
        calendar=changed_calendar(plan.calendar, asked.calendar_changes),
        added=tuple(_link(each) for each in asked.dependencies.add),
        removed=frozenset(asked.dependencies.remove),
    )


def changed_calendar(facts: CalendarFacts, asked: CalendarChanges) -> CalendarFacts:
    added = [DayException(new_id(), each.unit_id, each.kind, each.starts_on, each.ends_on) for each in asked.add]
    return facts.changed(country=asked.country, added=added, removed=frozenset(asked.remove))


def wrong_calendar(facts: CalendarFacts, asked: CalendarChanges) -> Iterator[FieldError]:
    known = {each.id for each in facts.exceptions}
    for number, removed in enumerate(asked.remove):
        if removed not in known:
            yield _wrong(f"#/calendarChanges/remove/{number}", errors.EXCEPTION_UNKNOWN, "unknown")
    for number, added in enumerate(asked.add):
        if not 0 <= (added.ends_on - added.starts_on).days <= LONGEST:
            yield _wrong(f"#/calendarChanges/add/{number}/endsOn", _OUT_OF_ORDER, "out_of_order")


def _wrong_moves(plan: Plan, moves: Sequence[MoveInput]) -> Iterator[FieldError]:
    seen: set[UUID] = set()
    for number, move in enumerate(moves):
        at = f"#/moves/{number}/activityId"
        row = plan.activities.get(move.activity_id)
        if row is None:
            yield _wrong(at, errors.NOT_IN_PLAN, "unknown")
        elif move.activity_id in seen:
            yield _wrong(at, errors.MOVED_TWICE, "twice")
        elif (why := _immovable(row, move)) is not None:
            yield _wrong(at, why[0], why[1])
        seen.add(move.activity_id)


def _immovable(row: PlanActivity, move: MoveInput) -> tuple[Text, str] | None:
    if not row.is_open:
        return errors.IS_DONE, "done"
    if row.is_pinned and move.is_pinned is not False:
        return errors.IS_PINNED, "pinned"
    return None


def _wrong_options(options: Mapping[str, bool], known: Mapping[str, object]) -> Iterator[FieldError]:
    for key in options:
        if not isinstance(known.get(key), bool):
            yield _wrong(f"#/options/{key}", errors.OPTION_UNKNOWN, "unknown")


def _wrong_links(plan: Plan, added: Sequence[DependencyCreate], removed: Sequence[UUID]) -> Iterator[FieldError]:
    known = {link.id for link in plan.links}
    for number, link_id in enumerate(removed):
        if link_id not in known:
            yield _wrong(f"#/dependencies/remove/{number}", errors.LINK_UNKNOWN, "unknown")
    there = {(each.predecessor_id, each.successor_id, each.type) for each in plan.links if each.id not in set(removed)}
    for number, link in enumerate(added):
        at = f"#/dependencies/add/{number}"
        for name, row_id in (("predecessorId", link.predecessor_id), ("successorId", link.successor_id)):
            if row_id not in plan.activities:
                yield _wrong(f"{at}/{name}", errors.NOT_IN_PLAN, "unknown")
        if link.predecessor_id == link.successor_id:
            yield _wrong(f"{at}/successorId", _ITSELF, "itself")
        key = (link.predecessor_id, link.successor_id, link.type.value)
        if key in there:
            yield _wrong(at, _TAKEN, "taken")
        there.add(key)


def _move(asked: MoveInput) -> Move:
    given = asked.model_fields_set - {"activity_id"}
    if asked.is_pinned is None:
        given -= {"is_pinned"}
    return Move(
        activity_id=asked.activity_id,
        window=asked.window.widened() if asked.window else None,
        duration_days=asked.duration_days,
        is_pinned=bool(asked.is_pinned),
        given=frozenset(given),
    )


def _below(plan: Plan, moves: Sequence[MoveInput]) -> Iterator[Move]:
    """A row that is carried out per unit moves with its open rows that are not pinned or moved by themselves."""
    chosen = {move.activity_id: move for move in moves}
    for row in plan.activities.values():
        if row.parent_id in chosen and row.id not in chosen and row.is_open and not row.is_pinned:
            yield replace(_move(chosen[row.parent_id]), activity_id=row.id)


def _link(new: DependencyCreate) -> LinkRow:
    return LinkRow(new_id(), new.predecessor_id, new.successor_id, new.type.value, new.lag_days, new.is_soft)


def _wrong(pointer: str, why: Text, code: str) -> FieldError:
    return FieldError(pointer=pointer, detail=why, code=code)
