"""No count of people below five leaves an authority, neither outright nor as a difference."""

from hypothesis import given
from hypothesis import strategies as st

from services.projects.standing.facts import shown_responses, shown_training


@given(st.integers(0, 60), st.integers(0, 60))
def test_no_small_group_can_be_told_from_what_is_shown(trained: int, needed: int) -> None:
    shown = shown_training("key_person", trained, needed)
    told = [shown.trained, shown.needed]
    if shown.trained is not None and shown.needed is not None:
        told.append(shown.needed - shown.trained)
    assert not [count for count in told if count is not None and 0 < count < 5]


def test_large_groups_are_shown_as_they_are() -> None:
    shown = shown_training("key_person", 30, 40)
    assert (shown.trained, shown.needed) == (30, 40)


def test_responses_of_few_are_left_out() -> None:
    assert [shown_responses(count) for count in (None, 0, 4, 5)] == [None, 0, None, 5]
