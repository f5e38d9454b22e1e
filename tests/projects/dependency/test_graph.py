"""The graph of what waits for what, with rows that have children."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.dependency.graph import Circle, children_of, circle_through, edges, order

PARENTS = {"p1": "p", "p2": "p"}


def test_an_order_puts_every_row_after_what_it_waits_for() -> None:
    links = [("a", "b"), ("b", "c"), ("a", "c")]
    found = order("cba", links)
    assert all(found.index(first) < found.index(second) for first, second in links)


def test_a_circle_is_raised_with_its_rows_in_order() -> None:
    with pytest.raises(Circle) as raised:
        order("abcd", [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")])
    path = raised.value.path
    assert sorted(str(row) for row in path) == ["a", "b", "c"]
    assert all(pair in {("a", "b"), ("b", "c"), ("c", "a")} for pair in pairwise([*path, path[0]]))


def test_a_link_to_a_parent_binds_each_child_and_one_from_it_waits_for_each() -> None:
    children = children_of(PARENTS)
    found = set(edges([("x", "p"), ("p", "y")], PARENTS, children))
    assert found == {("p1", "p"), ("p2", "p"), ("x", "p1"), ("x", "p2"), ("p", "y")}


@pytest.mark.parametrize(
    ("new", "path"),
    [
        (("c", "a"), ["c", "a", "b"]),
        (("a", "c"), None),
        (("y", "x"), ["y", "x", "p1", "p"]),
        (("p", "p1"), ["p", "p1"]),
        (("p1", "p"), ["p1"]),
    ],
)
def test_a_new_link_names_the_shortest_circle_that_it_closes(new: tuple[str, str], path: list[str] | None) -> None:
    links = [("a", "b"), ("b", "c"), ("x", "p"), ("p", "y")]
    assert circle_through(new, links, PARENTS) == path


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda pair: pair[0] != pair[1]), max_size=12))
def test_links_that_are_taken_one_by_one_never_hold_a_circle(asked: list[tuple[int, int]]) -> None:
    taken: list[tuple[int, int]] = []
    for pair in asked:
        path = circle_through(pair, taken, {})
        if path is None:
            taken.append(pair)
        else:
            assert path[0] == pair[0]
            assert all(each in [*taken, pair] for each in pairwise([*path, path[0]]))
    order(range(7), taken)
