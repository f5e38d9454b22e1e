"""What can be wrong with a decision that somebody rests on."""

from shared.kit.problems import Invalid
from shared.kit.text import Text


class DecisionNotTaken(Invalid):
    """The customer has not taken such a decision, or not yet as far as identity knows."""

    slug = "decision-not-taken"
    title = Text(sv="Beslutet är inte taget", en="The decision has not been taken", da="Beslutningen er ikke truffet")


class DecisionAboutOther(Invalid):
    """It was taken, but answered another question."""

    slug = "decision-about-other"
    title = Text(
        sv="Beslutet gäller en annan fråga",
        en="The decision is about something else",
        da="Beslutningen gælder noget andet",
    )


class DecisionReplaced(Invalid):
    """A later decision took its place."""

    slug = "decision-superseded"
    title = Text(sv="Beslutet har ersatts", en="The decision was superseded", da="Beslutningen er erstattet")
