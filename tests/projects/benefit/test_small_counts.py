"""Small groups: no part, no total and no difference between them tells about one to four people."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from services.projects.benefit.small_counts import SMALLEST, hidden

CELLS = st.dictionaries(st.integers(0, 30), st.integers(0, 40), max_size=8)


def test_a_small_part_takes_the_next_smallest_with_it_when_the_total_is_shown() -> None:
    assert hidden({"a": 3, "b": 20, "c": 30}, 53) == (frozenset({"a", "b"}), False)


def test_a_small_part_goes_alone_where_no_total_is_shown() -> None:
    assert hidden({"a": 3, "b": 20}, None) == (frozenset({"a"}), False)


def test_people_who_are_in_the_total_alone_can_be_the_small_group() -> None:
    assert hidden({"a": 20, "b": 30}, 52) == (frozenset({"a"}), False)


def test_where_nothing_is_left_to_hide_the_total_is_hidden() -> None:
    assert hidden({"a": 3}, 3) == (frozenset({"a"}), True)
    assert hidden({}, 4) == (frozenset(), True)


def test_nobody_is_no_small_group() -> None:
    assert hidden({"yes": 12, "no": 0}, 12) == (frozenset(), False)


@given(CELLS, st.integers(0, 9), st.sets(st.integers(0, 30)))
def test_no_sum_or_difference_that_can_be_reckoned_is_of_one_to_four_people(
    cells: dict[int, int], unreported: int, also: set[int]
) -> None:
    """The attacker sees the shown parts and, where it is shown, the total; they add and subtract what they like."""
    total = sum(cells.values()) + unreported
    gone, is_total_gone = hidden(cells, total, also & cells.keys())
    shown = [n for key, n in cells.items() if key not in gone]
    assert also & cells.keys() <= gone
    assert not any(0 < n < SMALLEST for n in shown)
    if is_total_gone:
        return
    assert total == 0 or total >= SMALLEST
    for size in range(len(shown) + 1):
        for taken in combinations(shown, size):
            assert not 0 < total - sum(taken) < SMALLEST


@given(CELLS)
def test_nothing_is_hidden_without_need(cells: dict[int, int]) -> None:
    if all(n == 0 or n >= SMALLEST for n in cells.values()):
        assert hidden(cells, sum(cells.values())) == (frozenset(), False)
