"""What can be wrong with preferences and addresses."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound, TooManyRequests
from shared.kit.text import Text


class AddressInvalid(Invalid):
    def __init__(self) -> None:
        why = Text(
            sv="Skriv en e-postadress, såsom namn@example.org",
            en="Write an e-mail address, such as name@example.org",
            da="Skriv en e-mailadresse, såsom navn@example.org",
        )
        super().__init__(errors=[FieldError(pointer="#/address", detail=why, code="address")])


class ZoneUnknown(Invalid):
    def __init__(self) -> None:
        why = Text(
            sv="Skriv en IANA-zon, såsom Europe/Stockholm",
            en="Write an IANA zone, such as Europe/Stockholm",
            da="Skriv en IANA-zone, såsom Europe/Copenhagen",
        )
        super().__init__(errors=[FieldError(pointer="#/zone", detail=why, code="zone")])


class NothingToConfirm(Conflict):
    slug = "nothing-to-confirm"
    title = Text(
        sv="Det finns ingen adress som väntar på sin kod; ange adressen på nytt",
        en="No address waits for its code; give the address again",
        da="Ingen adresse venter på sin kode; angiv adressen igen",
    )


class CodeWrong(Invalid):
    slug = "confirmation-code-wrong"
    title = Text(
        sv="Koden stämmer inte. Läs den i brevet; efter fem försök behövs ett nytt.",
        en="The code is wrong. Read it in the mail; after five attempts a new one is needed.",
        da="Koden er forkert. Læs den i brevet; efter fem forsøg kræves en ny.",
    )


class TooManyCodes(TooManyRequests):
    slug = "too-many-confirmations"
    title = Text(
        sv="Tre koder om dagen skickas; försök igen i morgon",
        en="Three codes a day are sent; try again tomorrow",
        da="Tre koder om dagen sendes; prøv igen i morgen",
    )


class UnsubscribeNotValid(NotFound):
    """Wrong and forgotten look alike."""

    slug = "unsubscribe-not-valid"
    title = Text(sv="Länken gäller inte", en="The link is not valid", da="Linket gælder ikke")
