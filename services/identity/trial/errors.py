"""What can go wrong with a login on trial."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class TrialNotFound(NotFound):
    slug = "login-trial-not-found"
    title = Text(sv="Inloggningsprovet finns inte", en="The login trial does not exist", da="Loginprøven findes ikke")


class TrialEvidenceGone(Conflict):
    slug = "login-trial-evidence-gone"
    title = Text(
        sv="Provets värden är raderade; gör om provet",
        en="The values of the trial are deleted; make it again",
        da="Prøvens værdier er slettet; gør prøven igen",
    )
