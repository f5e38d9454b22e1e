"""What can be wrong about evaluations, lessons, need cards and requirements."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class EvaluationNotFound(NotFound):
    slug = "evaluation-not-found"
    title = Text(sv="Utvärderingen finns inte", en="No such evaluation", da="Evalueringen findes ikke")


class LessonNotFound(NotFound):
    slug = "lesson-not-found"
    title = Text(sv="Lärdomen finns inte", en="No such lesson")


class NeedCardNotFound(NotFound):
    slug = "need-card-not-found"
    title = Text(sv="Behovskortet finns inte", en="No such need card")


class RequirementNotFound(NotFound):
    slug = "requirement-not-found"
    title = Text(sv="Kravet finns inte", en="No such requirement", da="Kravet findes ikke")


class EvaluationIncomplete(Conflict):
    """An evaluation is completed when why, what, how and when are answered and it has an outcome (IM-G)."""

    slug = "evaluation-incomplete"
    title = Text(
        sv="Besvara varför, vad, hur och när, och skriv vad utvärderingen visade",
        en="Answer why, what, how and when, and write what the evaluation showed",
    )


class LegalReviewMissing(Conflict):
    """A requirement that touches the law is not accepted before somebody has reviewed it (VA-FX)."""

    slug = "legal-review-missing"
    title = Text(sv="Kravet behöver juridisk granskning först", en="The requirement needs a legal review first")
