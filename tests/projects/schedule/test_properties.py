"""The engine's invariants, and its dates against the slow implementation, over plans that nobody thought of."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.projects.calendar.workdays import Workdays
from services.projects.schedule.engine import Schedule, compute
from services.projects.schedule.findings import (
    broken_links,
    conflicts,
    critical_paths,
    first_day,
    is_critical,
    last_day,
    late_days,
)
from services.projects.schedule.rows import PlanLink, PlanRow
from tests.projects.schedule.slow import Place, SlowCalendar, SlowPlan

TODAY = date(2027, 3, 10)
FREE = (
    frozenset({date(2027, 3, 25), date(2027, 3, 26), date(2027, 3, 29), date(2027, 4, 5)}),
    frozenset(date(2027, 3, 15) + timedelta(days=n) for n in range(9)),
)
CALENDARS = [Workdays.of(free) for free in FREE]
SLOW = [SlowCalendar(free) for free in FREE]

days = st.integers(-25, 40).map(lambda n: TODAY + timedelta(days=n))
past = st.integers(-20, 0).map(lambda n: TODAY + timedelta(days=n))
spans = st.tuples(days, st.integers(0, 20)).map(lambda each: (each[0], each[0] + timedelta(days=each[1])))


def key(number: int) -> UUID:
    return UUID(int=number + 1)


@st.composite
def rows_of(draw: st.DrawFn, number: int, *, plain: bool) -> PlanRow:
    start, end = draw(st.one_of(st.none(), spans)) or (None, None)
    is_milestone = draw(st.integers(0, 5)) == 0
    row = PlanRow(
        key(number),
        start,
        end,
        duration=None if is_milestone else draw(st.one_of(st.none(), st.integers(1, 12))),
        is_milestone=is_milestone,
        calendar=0 if plain else draw(st.integers(0, 1)),
    )
    kind = 0 if plain else draw(st.integers(0, 9))
    if kind == 1 and start is not None:
        return replace(row, is_pinned=True)
    if kind == 2:
        begun = draw(past)
        return replace(row, started=begun)
    if kind == 3:
        finished = draw(past)
        return replace(row, finished=finished, started=finished - timedelta(days=draw(st.integers(0, 9))))
    if kind == 4:
        return replace(row, is_enabled=False)
    if kind == 5:
        return replace(row, deadline=draw(days))
    return row


@st.composite
def plans(draw: st.DrawFn, *, plain: bool = False) -> tuple[list[PlanRow], list[PlanLink]]:
    """Up to seven rows, sometimes with children below the last one, and links that run from lower to higher numbers."""
    size = draw(st.integers(1, 7))
    rows = [draw(rows_of(number, plain=plain)) for number in range(size)]
    if not plain and size > 3 and draw(st.booleans()):
        rows[1] = replace(PlanRow(key(1)), start=rows[1].start, end=rows[1].end)
        rows[2], rows[3] = replace(rows[2], parent=key(1)), replace(rows[3], parent=key(1))
    links = []
    for number in range(draw(st.integers(0, 9)) if size > 1 else 0):
        first = draw(st.integers(0, size - 2))
        second = draw(st.integers(first + 1, size - 1))
        if not plain and (first, second) != (0, 1) and 1 in (first, second) and {first, second} & {2, 3}:
            continue  # a parent and its own children
        kind = draw(st.sampled_from(["FS", "SS", "FF", "SF"]))
        soft = draw(st.integers(0, 7)) == 0
        links.append(PlanLink(key(100 + number), key(first), key(second), kind, draw(st.integers(-4, 6)), soft))
    return rows, links


fast = settings(max_examples=150)


def computed(rows: list[PlanRow], links: list[PlanLink]) -> Schedule:
    return compute(rows, links, CALENDARS, TODAY)


@fast
@given(plans())
def test_earliest_and_latest_dates_are_those_of_the_slow_implementation(
    plan: tuple[list[PlanRow], list[PlanLink]],
) -> None:
    schedule, slow = computed(*plan), SlowPlan(*plan, SLOW, TODAY)
    for number, place in slow.earliest.items():
        i = schedule.network.index[number]
        row = slow.rows[number]
        if row.finished is None:
            assert last_day(schedule, i) == place.finish
            if row.started is None and not row.is_milestone:
                assert first_day(schedule, i) == place.start
            assert schedule.calendars[i].day(schedule.latest.finishes[i] - 1) == slow.latest[number].finish
            assert schedule.total_slack(i) == slow.slack(number)
    wanted = {schedule.network.id(i) for i in schedule.dates.wanted}
    assert wanted == slow.refused


@fast
@given(plans())
def test_a_parent_spans_its_children(plan: tuple[list[PlanRow], list[PlanLink]]) -> None:
    schedule = computed(*plan)
    for parent, children in schedule.network.children.items():
        assert first_day(schedule, parent) == min(first_day(schedule, child) for child in children)
        assert last_day(schedule, parent) == max(last_day(schedule, child) for child in children)


@fast
@given(plans())
def test_slack_is_negative_where_something_cannot_be_kept_for_a_row_that_can_still_move(
    plan: tuple[list[PlanRow], list[PlanLink]],
) -> None:
    schedule = computed(*plan)
    slacks = [schedule.total_slack(i) for i in range(len(schedule.network.rows))]
    impossible = [one for one in conflicts(schedule) if one.kind != "window"]
    is_short = min((slack for slack in slacks if slack is not None), default=0) < 0
    assert impossible or not is_short
    # The start of a row that has begun is a fact: only the conflict can say that it came too late for another.
    begun = {row.id for row in plan[0] if row.started is not None}
    assert is_short or all(one.cause in begun for one in impossible)
    for one in impossible:
        assert (one.chain[0], one.chain[-1]) == (one.cause, one.row)
        assert one.days > 0


@fast
@given(plans(plain=True))
def test_a_critical_path_has_no_slack_and_no_gap(plan: tuple[list[PlanRow], list[PlanLink]]) -> None:
    schedule, slow = computed(*plan), SlowPlan(*plan, SLOW, TODAY)
    paths = critical_paths(schedule)
    assert paths
    assert last_day(schedule, schedule.network.index[paths[0][-1]]) == slow.end
    for path in paths:
        assert [slow.slack(row) for row in path] == [0] * len(path)
        for first, second in pairwise(path):
            place, calendar = slow.earliest[second], slow.calendar(second)
            earlier = Place(calendar.shifted(place.start, -1), calendar.shifted(place.finish, -1))
            between = [link for link in slow.links if link[:2] == (first, second)]
            assert not all(slow.holds(link, slow.earliest[first], earlier) for link in between)
    critical = {schedule.network.id(i) for i in range(len(schedule.network.rows)) if is_critical(schedule, i)}
    assert critical == {row for row in slow.work if slow.slack(row) == 0}


@fast
@given(plans(plain=True), st.integers(0, 6))
def test_moving_a_row_within_its_free_slack_moves_nobody_and_within_its_total_slack_not_the_end(
    plan: tuple[list[PlanRow], list[PlanLink]], chosen: int
) -> None:
    rows, links = plan
    row = rows[chosen % len(rows)]
    schedule = computed(rows, links)
    i = schedule.network.index[row.id]
    free, total = schedule.free_slack(i), schedule.total_slack(i)
    assert free is not None
    assert total is not None
    assert 0 <= free <= total
    assume(total > 0)
    calendar = schedule.calendars[i]
    for slack, others_stay in ((free, True), (total, False)):
        start = calendar.day(schedule.dates.starts[i] + slack - (1 if row.is_milestone else 0))
        moved = replace(
            row,
            start=start,
            end=max(start, row.end or start),
            duration=None if row.is_milestone else schedule.bounds[i].days,
        )
        after = computed([moved if each.id == row.id else each for each in rows], links)
        assert after.end == schedule.end
        assert after.dates.finishes[i] == schedule.dates.finishes[i] + slack
        if others_stay:
            assert [after.dates.finishes[n] for n in range(len(rows)) if n != i] == [
                schedule.dates.finishes[n] for n in range(len(rows)) if n != i
            ]


@fast
@given(plans())
def test_findings_never_fail_and_count_upwards(plan: tuple[list[PlanRow], list[PlanLink]]) -> None:
    schedule = computed(*plan)
    assert all(missing > 0 for missing in broken_links(schedule).values())
    assert all(late_days(schedule, i) >= 0 for i in range(len(schedule.network.rows)))
    critical_paths(schedule)
