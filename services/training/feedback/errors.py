"""What can be wrong with feedback."""

from shared.kit.problems import Conflict, Forbidden
from shared.kit.text import Text


class FeedbackGiven(Conflict):
    slug = "feedback-given"
    title = Text(sv="Du har redan svarat", en="You have answered already", da="Du har allerede svaret")


class FeedbackClosed(Conflict):
    slug = "feedback-closed"
    title = Text(sv="Tiden för svar är över", en="The time for answers is over", da="Tiden for svar er forbi")


class NotThere(Forbidden):
    slug = "was-not-there"
    title = Text(
        sv="Bara de som deltog kan svara",
        en="Only those who took part can answer",
        da="Kun de, der deltog, kan svare",
    )


class AnswersHeld(Conflict):
    slug = "question-in-use"
    title = Text(
        sv="En fråga med svar kan inte byta slag",
        en="A question with answers cannot become another kind",
        da="Et spørgsmål med svar kan ikke skifte art",
    )
    mend = Text(
        sv="Ge frågan en ny nyckel (key)",
        en="Give the question a new key",
        da="Giv spørgsmålet en ny nøgle (key)",
    )
