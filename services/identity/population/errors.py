"""What can be wrong with an opening."""

from shared.kit.problems import Conflict, Invalid, NotFound
from shared.kit.text import Text


class PopulationOpeningNotFound(NotFound):
    slug = "population-opening-not-found"
    title = Text(sv="Öppnandet finns inte", en="The opening does not exist", da="Åbningen findes ikke")


class PopulationOpen(Conflict):
    slug = "population-open"
    title = Text(sv="Gruppen är redan öppnad där", en="The group is already open there", da="Gruppen er allerede åbnet")


class PopulationClosedAlready(Conflict):
    slug = "population-closed"
    title = Text(sv="Gruppen är redan stängd", en="The group is already closed", da="Gruppen er allerede lukket")


class DecisionMissing(Invalid):
    """Guardians are connected by a decision of the customer that has been taken [HAN-A4.02]."""

    slug = "decision-missing"
    title = Text(
        sv="Kundens beslut om vårdnadshavare saknas",
        en="The customer's decision about guardians is missing",
        da="Kundens beslutning om forældre mangler",
    )
