"""Why a URL was refused, in words that say the mend."""

from shared.kit.egress import RefusalReason
from shared.kit.text import Text

_FORM = Text(
    sv="Ange en fullständig adress, till exempel https://system.example.se/hook",
    en="Give a whole URL, for example https://system.example.org/hook",
    da="Angiv en fuld adresse, for eksempel https://system.example.dk/hook",
)
REFUSALS: dict[RefusalReason, Text] = {
    "scheme": _FORM,
    "host": _FORM,
    "method": _FORM,
    "insecure": Text(
        sv="Adressen måste börja med https://",
        en="The URL must begin with https://",
        da="Adressen skal begynde med https://",
    ),
    "credentials": Text(
        sv="Ta bort användarnamn och lösenord ur adressen; kontrollera signaturen i stället",
        en="Take the user name and password out of the URL; check the signature instead",
        da="Fjern brugernavn og adgangskode fra adressen; kontrollér signaturen i stedet",
    ),
    "port": Text(
        sv="Porten anropas inte; använd 443 eller en port över 1023 som inte är en databasport",
        en="That port is not called; use 443 or a port above 1023 that is not a database's",
        da="Porten kaldes ikke; brug 443 eller en port over 1023, som ikke er en databaseport",
    ),
    "address": Text(
        sv="Namnet leder till ett internt eller reserverat nät; adressen måste vara publik",
        en="The name leads to an internal or reserved network; the address must be public",
        da="Navnet fører til et internt eller reserveret net; adressen skal være offentlig",
    ),
    "unresolvable": Text(
        sv="Namnet finns inte i DNS; kontrollera stavningen",
        en="The name is not in DNS; check its spelling",
        da="Navnet findes ikke i DNS; kontrollér stavningen",
    ),
}
DISABLED = Text(
    sv="Slå på mottagaren först",
    en="Enable the endpoint first",
    da="Slå modtageren til først",
)
