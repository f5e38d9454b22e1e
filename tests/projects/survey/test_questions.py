"""Answers that fit their questions, and the score by formula 1, held against exact fractions."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.projects.survey.questions import UNSURE, Question, QuestionKind, faults, mean, score_of
from services.projects.survey.readiness import QUESTIONS
from shared.kit.text import Text

TITLE = Text(sv="Fråga", en="Question")
SCALE = (1, 5)


def question(key: str, kind: str = "scale", weight: int = 1) -> Question:
    words = [TITLE, TITLE, TITLE]
    return Question(key=key, title=TITLE, kind=QuestionKind(kind), weight=weight, levels=words, choices=words)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 10)), min_size=1, max_size=12))
def test_the_score_is_the_weighted_mean_of_the_shares(given_answers: list[tuple[int, int]]) -> None:
    asked = [question(f"q{number}", weight=weight) for number, (_, weight) in enumerate(given_answers)]
    answers = {f"q{number}": answer for number, (answer, _) in enumerate(given_answers)}
    found = score_of(asked, SCALE, answers)
    weights = sum(weight for _, weight in given_answers)
    if weights == 0:
        assert found is None
        return
    weighed = sum((Fraction(answer - 1, 4) * weight for answer, weight in given_answers), Fraction(0))
    assert found is not None
    assert abs(Fraction(found) - weighed * 100 / weights) < Fraction(1, 10**6)


def test_unsure_is_an_answer_without_a_score() -> None:
    asked = [question("sure", "yes_no_unsure"), question("unsure", "yes_no_unsure")]
    assert list(faults(asked, SCALE, {"sure": 1, "unsure": UNSURE}, {})) == []
    assert score_of(asked, SCALE, {"sure": 1, "unsure": UNSURE}) == 100
    assert score_of(asked, SCALE, {"sure": UNSURE, "unsure": UNSURE}) is None


def test_levels_count_from_the_lowest_and_choices_and_numbers_have_no_score() -> None:
    asked = [question("level", "levels"), question("choice", "choice"), question("number", "number")]
    assert score_of(asked, SCALE, {"level": 1, "choice": 2, "number": 7}) == 50


def test_every_fault_is_named() -> None:
    asked = [question("a"), question("b"), question("why", "text")]
    found = [(fault.pointer, fault.code) for fault in faults(asked, SCALE, {"b": 6, "c": 1}, {"a": "x", "why": "y"})]
    assert found == [
        ("#/answers/a", "missing"), ("#/answers/b", "range"), ("#/answers/c", "unknown"), ("#/texts/a", "unknown")
    ]  # fmt: skip


def test_a_mean_of_nothing_is_nothing() -> None:
    assert mean([None, None]) is None


def test_our_readiness_set_has_its_eight_topics() -> None:
    topics = "anchoring resources budget contact_point roles clean_up training_plan identity"
    assert [one.key for one in QUESTIONS] == topics.split()
