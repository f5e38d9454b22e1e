"""What can go wrong with a login on trial."""

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class TrialNotFound(NotFound):
    slug = "login-trial-not-found"
    title = Text(sv="Inloggningsprovet finns inte", en="The login trial does not exist", da="Loginprøven findes ikke")


class TrialEvidenceGone(Conflict):
    slug = "login-trial-evidence-gone"
    title = Text(
        sv="Av provet finns inga värden: inga kom som kunde läsas, eller deras dag är över; gör om provet",
        en="The trial has no values: none came that could be read, or their day is over; make it again",
        da="Prøven har ingen værdier: ingen kom, som kunne læses, eller deres dag er forbi; gør prøven igen",
    )
