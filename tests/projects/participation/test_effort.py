"""Adding up hours: ranges, explicit zero, what nobody knows, and rows per unit."""

from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.projects.activity.models import Activity, ActivityParticipation
from services.projects.participation.effort import Effort, add_up
from shared.kit.ids import new_id

TENANT, PROJECT, PHASE = new_id(), new_id(), new_id()
HOURS = st.none() | st.decimals("0", "999.99", places=2)


def step(parent: UUID | None = None, track: str | None = None) -> Activity:
    return Activity(
        tenant_id=TENANT,
        project_id=PROJECT,
        phase_id=PHASE,
        track_key=track,
        position=1,
        title={},
        kind="task",
        parent_id=parent,
    )


def part(
    activity: Activity, side: str, raci: str, hours: Decimal | int | None = None, actual: Decimal | int | None = None
) -> ActivityParticipation:
    value = None if hours is None else Decimal(hours)
    return ActivityParticipation(
        tenant_id=TENANT,
        project_id=PROJECT,
        activity_id=activity.id,
        side=side,
        raci=raci,
        hours_min=value,
        hours_max=value,
        actual_hours=None if actual is None else Decimal(actual),
    )


def of(activity: Activity, *rows: ActivityParticipation) -> dict[str, Effort]:
    return {side.value: effort for side, effort in add_up([(row, activity) for row in rows]).whole.sides()}


def test_zero_is_zero_and_unknown_is_counted() -> None:
    row = step()
    none_needed = of(row, part(row, "customer", "R", 0))["customer"]
    unknown = of(row, part(row, "customer", "R"))["customer"]
    assert (none_needed.hours_min, none_needed.unknown) == (Decimal(0), 0)
    assert (unknown.hours_min, unknown.hours_max, unknown.unknown) == (None, None, 1)


def test_who_is_asked_or_told_has_no_unknown_hours_and_who_answers_alone_has() -> None:
    row = step()
    found = of(row, part(row, "supplier", "R", 4), part(row, "supplier", "A"), part(row, "customer", "C"))
    assert (found["supplier"].hours_min, found["supplier"].unknown) == (Decimal(4), 0)
    assert found["customer"].unknown == 0
    assert of(row, part(row, "customer", "A"))["customer"].unknown == 1


def test_what_nobody_has_reported_is_not_zero() -> None:
    row = step()
    found = of(row, part(row, "supplier", "R", 4, 0), part(row, "customer", "R", 4))
    assert (found["supplier"].actual_hours, found["supplier"].unreported) == (Decimal(0), 0)
    assert (found["customer"].actual_hours, found["customer"].unreported) == (None, 1)


def test_a_row_per_unit_counts_in_place_of_the_row_that_it_carries_out() -> None:
    parent = step()
    children = [step(parent.id), step(parent.id)]
    pairs = [(part(parent, "customer", "R", 100), parent)]
    assert add_up(pairs).whole.by_side
    pairs += [(part(child, "customer", "R", 2), child) for child in children]
    (effort,) = add_up(pairs).whole.by_side.values()
    assert effort.hours_max == Decimal(4)


@given(st.lists(st.tuples(st.sampled_from(["customer", "supplier"]), HOURS, HOURS, st.sampled_from(["a", "b", None]))))
def test_every_cut_adds_up_to_the_whole(
    rows: list[tuple[str, Decimal | None, Decimal | None, str | None]],
) -> None:
    pairs = []
    for side, hours, actual, track in rows:
        activity = step(track=track)
        pairs.append((part(activity, side, "R", hours, actual), activity))
    totals = add_up(pairs)
    for side, whole in totals.whole.sides():
        for cut in (totals.phases, totals.tracks, totals.steps):
            efforts = [group.by_side[side] for group in cut.values() if side in group.by_side]
            assert sum(one.unknown for one in efforts) == whole.unknown
            assert sum(one.unreported for one in efforts) == whole.unreported
            known = [one.hours_max for one in efforts if one.hours_max is not None]
            assert (sum(known) if known else None) == whole.hours_max
