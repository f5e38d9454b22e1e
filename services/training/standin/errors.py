"""What can be wrong with a change of trainers."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class NobodyStandsIn(Conflict):
    slug = "nobody-stands-in"
    title = Text(sv="Ingen kan hoppa in", en="Nobody can stand in", da="Ingen kan træde til")
    mend = Text(
        sv="Tillfället har ingen reserv; ange incomingId eller flytta tillfället",
        en="The session has no backup; name incomingId or move the session",
        da="Sessionen har ingen reserve; angiv incomingId eller flyt sessionen",
    )


class NotATrainer(Conflict):
    slug = "not-a-trainer"
    title = Text(sv="Håller inte tillfället", en="Does not hold the session", da="Holder ikke sessionen")
    mend = Text(
        sv="Ange en av dem som håller tillfället",
        en="Name one of those who hold the session",
        da="Angiv en af dem, der holder sessionen",
    )
