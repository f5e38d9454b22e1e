"""What can be wrong about a source."""

from shared.kit.egress import EgressRefused, RefusalReason
from shared.kit.problems import Conflict, FieldError, Forbidden, Invalid
from shared.kit.text import Text


class SourceKeyTaken(Conflict):
    """Another source of the tenant has the key, perhaps one that was deactivated: rows of the roster carry it."""

    slug = "source-key-taken"
    title = Text(sv="Nyckeln är upptagen", en="The key is taken", da="Nøglen er optaget")


class SourceInactive(Conflict):
    """A deactivated source neither fetches nor takes uploads."""

    slug = "source-inactive"
    title = Text(sv="Källan är avstängd", en="The source is deactivated", da="Kilden er deaktiveret")
    mend = Text(
        sv="Sätt isActive till true och ange inloggningsuppgifterna på nytt",
        en="Set isActive to true and give the credentials anew",
        da="Sæt isActive til true, og angiv loginoplysningerne på ny",
    )


class SourceUnsound(Invalid):
    """The parts of the declaration do not fit each other; `errors` names which."""

    slug = "source-unsound"
    title = Text(sv="Källan går inte ihop", en="The source does not hold together", da="Kilden hænger ikke sammen")

    @classmethod
    def at(cls, pointer: str, detail: str) -> "SourceUnsound":
        return cls(detail, errors=[FieldError(pointer=pointer, detail=detail, code="unsound")])


class SourceAddressRefused(Invalid):
    """The address may not be called: wrong form, or its name leads somewhere that we never call."""

    slug = "source-address-refused"
    title = Text(sv="Adressen kan inte användas", en="The address cannot be used", da="Adressen kan ikke bruges")

    @classmethod
    def because(cls, refusal: EgressRefused) -> "SourceAddressRefused":
        detail = REFUSALS[refusal.reason]
        return cls(detail, errors=[FieldError(pointer="#/connector", detail=detail, code=refusal.code)])


_FORM = Text(
    sv="Ange en fullständig adress, till exempel https://register.example.se/export.zip",
    en="Give a whole address, for example https://register.example.org/export.zip",
    da="Angiv en fuld adresse, for eksempel https://register.example.dk/eksport.zip",
)
REFUSALS: dict[RefusalReason, Text] = {
    "scheme": _FORM,
    "host": _FORM,
    "method": _FORM,
    "insecure": Text(
        sv="Adressen måste börja med https://",
        en="The address must begin with https://",
        da="Adressen skal begynde med https://",
    ),
    "credentials": Text(
        sv="Ta bort användarnamn och lösenord ur adressen; ange dem under credentials",
        en="Take user name and password out of the address; give them under credentials",
        da="Fjern brugernavn og adgangskode fra adressen; angiv dem under credentials",
    ),
    "port": Text(
        sv="Porten anropas inte; använd tjänstens vanliga port eller en över 1023 som inte är en databasport",
        en="That port is not called; use the usual port or one above 1023 that is not a database's",
        da="Porten kaldes ikke; brug den sædvanlige port eller en over 1023, som ikke er en databaseport",
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


class AddressUnconfirmed(Conflict):
    """Somebody has said another address or other credentials; nothing goes there before a second person of the
    customer has confirmed them."""

    slug = "address-unconfirmed"
    title = Text(
        sv="Adressen väntar på bekräftelse",
        en="The address waits for confirmation",
        da="Adressen venter på bekræftelse",
    )
    mend = Text(
        sv="Låt en annan person hos kunden bekräfta adressen under confirmations",
        en="Let another person of the customer confirm the address under confirmations",
        da="Lad en anden person hos kunden bekræfte adressen under confirmations",
    )


class NothingToConfirm(Conflict):
    """The address is confirmed already, or needs nobody's confirmation."""

    slug = "nothing-to-confirm"
    title = Text(sv="Inget att bekräfta", en="Nothing to confirm", da="Intet at bekræfte")


class CustomerConfirms(Forbidden):
    """Where its data go, a person of the customer confirms; no supplier and no program."""

    slug = "customer-confirms"
    title = Text(
        sv="Bara en person hos kunden bekräftar",
        en="Only a person of the customer confirms",
        da="Kun en person hos kunden bekræfter",
    )


class SecondPersonConfirms(Conflict):
    """Whoever said the address does not confirm it, by another account neither."""

    slug = "second-person-confirms"
    title = Text(sv="En annan person bekräftar", en="Another person confirms", da="En anden person bekræfter")
