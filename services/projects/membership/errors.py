"""What can be wrong about taking part in a programme."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class ProgrammeMembershipNotFound(NotFound):
    slug = "programme-membership-not-found"
    title = Text(sv="Deltagandet finns inte", en="No such programme membership", da="Deltagelsen findes ikke")


class ProgrammeMembershipLeft(Conflict):
    slug = "programme-membership-left"
    title = Text(
        sv="Ni har lämnat programmet; be om en ny inbjudan",
        en="You have left the programme; ask for a new invitation",
        da="I har forladt programmet; bed om en ny invitation",
    )
