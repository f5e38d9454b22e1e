"""Login names as they are compared."""

import pytest

from services.identity.proof.login import folded


@pytest.mark.parametrize("name", ["Kim@Norrvik.example", " KIM@norrvik.EXAMPLE\n"])
def test_case_and_blanks_make_no_other_name(name: str) -> None:
    assert folded(name) == "kim@norrvik.example"


def test_letters_of_the_country_stay_what_they_are() -> None:
    assert folded("Åse.Ölund@norrvik.example") == "åse.ölund@norrvik.example"
    assert folded("Søren.Weiß@norrvik.example") == "søren.weiß@norrvik.example"


@pytest.mark.parametrize(
    "name",
    ["\u212aim@norrvik.example", "kim@norrvi\u212a.example", "\u212bse@norrvik.example", "k\u0130m@norrvik.example"],
)
def test_a_letter_that_only_becomes_one_of_ours_makes_nobody_somebody_else(name: str) -> None:
    assert folded(name) == ""
