"""What can be wrong with writing to people."""

from shared.kit.problems import Conflict, Forbidden, TooManyRequests
from shared.kit.text import Text


class TooManyMails(TooManyRequests):
    slug = "too-many-mails"
    title = Text(
        sv="Så ofta skrivs inte till samma personer; försök igen i morgon",
        en="The same people are not written to that often; try again tomorrow",
        da="Så ofte skrives der ikke til de samme personer; prøv igen i morgen",
    )


class NothingToRepeat(Conflict):
    slug = "nothing-to-repeat"
    title = Text(
        sv="Det finns inget att upprepa: anmälan är avslutad",
        en="There is nothing to repeat: the enrolment is over",
        da="Der er intet at gentage: tilmeldingen er afsluttet",
    )


class NotInRoster(Forbidden):
    """The caller's account belongs to nobody in the roster."""

    slug = "not-in-roster"
    title = Text(
        sv="Ditt konto hör inte till någon i registret",
        en="Your account belongs to nobody in the roster",
        da="Din konto hører ikke til nogen i registret",
    )
