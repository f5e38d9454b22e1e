"""Why a delivery could not be fetched, in words that say the mend."""

from typing import ClassVar

from shared.kit.egress import EgressError, EgressFailed, EgressRefused
from shared.kit.problems import Conflict, Problem
from shared.kit.text import Text


class FetchFailed(Problem):
    """Base: the source did not give a delivery. `is_transient`: trying again later may help by itself."""

    status = 422
    slug = "fetch-failed"
    title = Text(
        sv="Leveransen kunde inte hämtas", en="The delivery could not be fetched", da="Leverancen kunne ikke hentes"
    )
    is_transient: ClassVar[bool] = False


class DeliveryTooLarge(FetchFailed):
    """The delivery is larger than the service takes; `maxBytes` says how much that is."""

    slug = "fetch-too-large"
    title = Text(sv="Leveransen är för stor", en="The delivery is too large", da="Leverancen er for stor")
    mend = Text(
        sv="Dela upp leveransen eller höj gränsen",
        en="Split the delivery, or raise the limit",
        da="Del leverancen, eller hæv grænsen",
    )


class SourceRefused(FetchFailed):
    """The source does not accept our credentials (401, 403, or a failed SSH login): give new ones."""

    slug = "fetch-refused"
    title = Text(
        sv="Källan godtog inte inloggningsuppgifterna",
        en="The source did not accept the credentials",
        da="Kilden godtog ikke loginoplysningerne",
    )
    mend = Text(
        sv="Ange gällande uppgifter för källan och testa anslutningen",
        en="Give the source credentials that hold, and test the connection",
        da="Angiv gyldige oplysninger for kilden, og test forbindelsen",
    )


class AgreementMissing(FetchFailed):
    """The service knows us and gives us none of the institutions asked for (`institutions`): no data agreement."""

    slug = "fetch-no-agreement"
    title = Text(
        sv="Det finns inget dataavtal för institutionerna",
        en="There is no data agreement for the institutions",
        da="Der er ingen dataaftale for institutionerne",
    )
    mend = Text(
        sv="Låt institutionernas huvudman godkänna dataåtkomsten hos STIL, eller rätta institutionsnumren",
        en="Have the institutions' authority approve the data access at STIL, or correct the numbers",
        da="Få institutionernes myndighed til at godkende dataadgangen hos STIL, eller ret institutionsnumrene",
    )


class ExportsSpent(FetchFailed):
    """The service gives each export so many `times` a day, and that many were fetched today."""

    slug = "fetch-exports-spent"
    title = Text(sv="Dagens exporter är slut", en="Today's exports are spent", da="Dagens eksporter er brugt")
    mend = Text(sv="Hämta i morgon", en="Fetch tomorrow", da="Hent i morgen")


class SourceAnswered(FetchFailed):
    """The source answered with something else than a delivery; `httpStatus` or `reason` says what."""

    slug = "fetch-unexpected"
    title = Text(
        sv="Källan svarade inte med en leverans",
        en="The source did not answer with a delivery",
        da="Kilden svarede ikke med en leverance",
    )
    mend = Text(
        sv="Kontrollera adressen med den som driver källan",
        en="Check the address with whoever runs the source",
        da="Kontrollér adressen med den, der driver kilden",
    )


class SourceAway(FetchFailed):
    """The source cannot be reached, is too slow or says that it is busy; it is tried again."""

    slug = "fetch-unreachable"
    title = Text(sv="Källan går inte att nå", en="The source cannot be reached", da="Kilden kan ikke nås")
    mend = Text(
        sv="Kontrollera att källan är igång och att adressen stämmer",
        en="Check that the source is running and the address is right",
        da="Kontrollér, at kilden kører, og at adressen passer",
    )
    is_transient = True


class HostKeyWrong(FetchFailed):
    """The server has another host key than the one that was pinned; `hostKey` is its fingerprint. Nothing was sent."""

    slug = "fetch-host-key"
    title = Text(
        sv="Servern har en annan värdnyckel än den angivna",
        en="The server has another host key than the one given",
        da="Serveren har en anden værtsnøgle end den angivne",
    )
    mend = Text(
        sv="Fråga den som driver servern vilken nyckel den har; är det fingeravtrycket här, ange det som hostKey",
        en="Ask whoever runs the server which key it has; if it is the fingerprint seen here, give it as hostKey",
        da="Spørg den, der driver serveren, hvilken nøgle den har; er det fingeraftrykket her, angiv det som hostKey",
    )


class NothingThere(FetchFailed):
    """No file fits the pattern, or not all that the delivery needs are there; `missing` names the patterns."""

    slug = "fetch-nothing-there"
    title = Text(sv="Ingen leverans ligger framme", en="No delivery is there", da="Der ligger ingen leverance")
    mend = Text(
        sv="Kontrollera att exporten har körts och att namn och mapp stämmer",
        en="Check that the export has run, and that name and folder are right",
        da="Kontrollér, at eksporten er kørt, og at navn og mappe passer",
    )
    is_transient = True


class StillWritten(FetchFailed):
    """The files are still being written, or nothing says yet that they are whole."""

    slug = "fetch-still-written"
    title = Text(
        sv="Leveransen skrivs fortfarande", en="The delivery is still being written", da="Leverancen skrives stadig"
    )
    mend = Text(
        sv="Vänta tills exporten är klar; den hämtas då",
        en="Wait until the export is done; it is fetched then",
        da="Vent, til eksporten er færdig; så hentes den",
    )
    is_transient = True


class ContentDiffers(FetchFailed):
    """What arrived is not what the source's own checksum or length says; nothing was kept."""

    slug = "fetch-checksum"
    title = Text(
        sv="Det som kom fram stämmer inte med kontrollsumman",
        en="What arrived does not fit its checksum",
        da="Det, der kom frem, passer ikke med kontrolsummen",
    )
    mend = Text(
        sv="Gör om exporten och dess kontrollsumma om felet upprepas",
        en="Make the export and its checksum anew if this repeats itself",
        da="Lav eksporten og dens kontrolsum igen, hvis fejlen gentages",
    )
    is_transient = True


class SourceMoved(FetchFailed):
    """The source changed again and again while it was read, so that no whole delivery could be proved."""

    slug = "fetch-source-moved"
    title = Text(
        sv="Källan ändrades medan den lästes", en="The source changed while it was read", da="Kilden ændredes undervejs"
    )
    mend = Text(
        sv="Hämta när källan är i vila, till exempel på natten",
        en="Fetch while the source is at rest, by night for example",
        da="Hent, når kilden er i ro, for eksempel om natten",
    )
    is_transient = True


class SourceUntrusted(FetchFailed):
    """The server's certificate is not trusted or is another name's; nothing was sent."""

    slug = "fetch-untrusted"
    title = Text(
        sv="Serverns certifikat godtas inte",
        en="The server's certificate is not accepted",
        da="Serverens certifikat godtages ikke",
    )
    mend = Text(
        sv="Låt förnya certifikatet, eller ange källans egen utfärdare som authority",
        en="Have the certificate renewed, or give the source's own authority",
        da="Få certifikatet fornyet, eller angiv kildens egen udsteder som authority",
    )


class AddressRefused(FetchFailed):
    """The address must not be called; `code` says which rule forbids it. Nothing was sent."""

    slug = "fetch-address-refused"
    title = Text(sv="Adressen anropas inte", en="The address is not called", da="Adressen kaldes ikke")
    mend = Text(
        sv="Ange en adress som nås utifrån",
        en="Give an address that can be reached from outside",
        da="Angiv en adresse, der kan nås udefra",
    )


class SourceChanged(FetchFailed):
    """The source was given another address, or was deactivated, while it was read; nothing was kept. Fetch again."""

    slug = "fetch-source-changed"
    title = Text(
        sv="Källan ställdes om medan den lästes",
        en="The source was set up anew while it was read",
        da="Kilden blev sat op på ny undervejs",
    )
    mend = Text(sv="Hämta igen", en="Fetch again", da="Hent igen")


class NothingToFetch(Conflict):
    """Deliveries of this source are sent to us: announce an upload with its `sourceId`."""

    slug = "nothing-to-fetch"
    title = Text(
        sv="Källans leveranser skickas hit", en="Its deliveries are sent to us", da="Kildens leverancer sendes hertil"
    )
    mend = Text(
        sv="Anmäl en uppladdning med källans sourceId",
        en="Announce an upload with the source's sourceId",
        da="Anmeld en upload med kildens sourceId",
    )


class FetchGoingOn(Conflict):
    """A fetch from this source is going on; `fetchId` names it."""

    slug = "fetch-going-on"
    title = Text(sv="En hämtning pågår redan", en="A fetch is going on", da="En hentning er i gang")
    mend = Text(
        sv="Följ hämtningen som fetchId anger",
        en="Follow the fetch that fetchId names",
        da="Følg hentningen, som fetchId angiver",
    )


def translated(error: EgressError) -> FetchFailed:
    """What a call that did not come back means for a fetch."""
    if isinstance(error, EgressRefused):
        return AddressRefused(code=error.code)
    if isinstance(error, EgressFailed) and error.kind == "tls":
        return SourceUntrusted()
    if isinstance(error, EgressFailed) and error.kind == "too-large":
        return DeliveryTooLarge()
    return SourceAway(reason=error.code)
