"""Small facts to plan with, drawn by hypothesis or by hand, and planning them in this process."""

from typing import Any, cast

from hypothesis import strategies as st

from services.training.planning.building import Builder
from services.training.planning.checker import faults
from services.training.planning.facts import CourseFacts, Facts, PersonFacts, Plan, Rules, UnitFacts, Windows
from services.training.planning.solve import solve

HOUR = 3600
DAY = 24 * HOUR
_TRAINERS = ("Ann", "Bo", "Cy")
_RULES: dict[str, Any] = {
    "by_form": False,
    "key_first": False,
    "choices": 0,
    "choices_per": "unit",
    "parallel": 2,
    "go_live": "demand",
    "raised_by": 5,
    "complete": True,
}


def always() -> Windows:
    return Windows(free=None, busy=[])


def span(slot: int) -> list[int]:
    """Two slots on each day: mornings and afternoons."""
    start = 1_800_000_000 + (slot // 2) * DAY + (slot % 2) * 5 * HOUR
    return [start, start + 3 * HOUR]


def facts_of(
    people: dict[str, PersonFacts], units: dict[str, UnitFacts], *, slots: int = 8, courses: int = 1, **rules: Any
) -> Facts:
    names = [f"course {number}" for number in range(courses)]
    return Facts(
        slots=[span(slot) for slot in range(slots)],
        days=[slot // 2 for slot in range(slots)],
        everybody=always(),
        courses=[
            CourseFacts(id=name, low=2, high=5, in_room=True, after=names[:number]) for number, name in enumerate(names)
        ],
        units=units,
        people=people,
        rooms={"room": {"seats": None, "windows": always()}, "hall": {"seats": 9, "windows": always()}},
        trainers={who: {"windows": always()} for who in _TRAINERS},
        rules=cast(Rules, _RULES | rules),
    )


def unit(away: int = 3, form: str = "compulsory", **more: Any) -> UnitFacts:
    facts: dict[str, Any] = {"away": away, "raised": away + 1, "absent": [], "goes_live": None, "windows": always()}
    return cast(UnitFacts, {"form": form, **facts, **more})


def person(*units: str, needs: int = 1, key_at: tuple[str, ...] = (), **windows: Any) -> PersonFacts:
    return PersonFacts(
        units=list(units),
        key_at=list(key_at),
        needs=[f"course {number}" for number in range(needs)],
        windows=cast(Windows, {**always(), **windows}),
    )


def planned(facts: Facts, seconds: float = 30) -> tuple[str, Plan]:
    """(verdict, plan) of every course in turn, as the job does it."""
    builder = Builder(facts)
    for number in range(len(facts["courses"])):
        problem = builder.problem(number)
        if problem.free:
            answer = solve(problem.to_json(), seconds)
            if answer["verdict"] != "solved":
                return answer["verdict"], builder.plan
            builder.add(number, answer["placed"], answer["sessions"])
    builder.back_up()
    return "solved", builder.plan


def broken(facts: Facts, plan: Plan) -> set[str]:
    """The names of the rules that a plan breaks."""
    return {rule for rule, _ in faults(facts, plan)}


@st.composite
def towns(draw: st.DrawFn) -> Facts:
    """Up to three units and eighteen people, who cannot always come; some are key persons, some work at two units, and
    all who hold sessions need them, too."""
    names = [f"unit {number}" for number in range(draw(st.integers(1, 3)))]
    units = {
        name: unit(
            draw(st.integers(3, 6)),
            draw(st.sampled_from(["compulsory", "preschool"])),
            goes_live=draw(st.sampled_from([None, None, span(7)[1], span(5)[1]])),
            windows=Windows(free=None, busy=[span(draw(st.integers(0, 7)))] if draw(st.booleans()) else []),
        )
        for name in names
    }
    courses = draw(st.integers(1, 2))
    people = {}
    for number in range(draw(st.integers(4, 18))):
        at = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        busy = [span(slot) for slot in draw(st.sets(st.integers(0, 7), max_size=3))]
        key_at = (at[0],) if draw(st.integers(0, 9)) == 9 else ()
        needs, name = draw(st.integers(1, courses)), _TRAINERS[number] if number < 3 else f"person {number:02}"
        people[name] = person(*at, needs=needs, key_at=key_at, busy=sorted(busy))
    return facts_of(
        people, units, courses=courses, by_form=draw(st.booleans()), key_first=draw(st.booleans()),
        choices=draw(st.sampled_from([0, 0, 3])), choices_per=draw(st.sampled_from(["unit", "person"])),
    )  # fmt: skip
