"""What can be wrong with a change of the rules of assurance."""

from shared.kit.problems import Conflict, Invalid, NotFound
from shared.kit.text import Text


class PolicyNotFound(NotFound):
    slug = "assurance-policy-not-found"
    title = Text(sv="Regeln finns inte", en="The rule does not exist", da="Reglen findes ikke")


class DecisionNeeded(Invalid):
    """Looser than what holds now, without a decision."""

    slug = "assurance-policy-needs-decision"
    title = Text(
        sv="En lösare regel kräver huvudmannens beslut",
        en="A looser rule needs a decision of the authority",
        da="En løsere regel kræver myndighedens beslutning",
    )


class LocksOut(Conflict):
    """Whoever sets the rule could not take it back, since their own login does not meet it."""

    slug = "assurance-policy-locks-out"
    title = Text(
        sv="Regeln skulle stänga ute den som sätter den",
        en="The rule would lock out whoever sets it",
        da="Reglen ville lukke den ude, der sætter den",
    )
