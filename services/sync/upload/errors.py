"""Why an upload is refused."""

from shared.kit.problems import (
    BadRequest,
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    Problem,
    TooLarge,
    UnsupportedMedia,
)
from shared.kit.text import Text


class UploadTooLarge(TooLarge):
    """More than the service takes; `maxBytes` says how much that is."""

    slug = "upload-too-large"
    title = Text(sv="Filen är för stor", en="The file is too large", da="Filen er for stor")


class UploadIncomplete(Invalid):
    """Fewer or more bytes than announced arrived; nothing was kept. Send the file again."""

    slug = "upload-incomplete"
    title = Text(sv="Filen kom inte fram hel", en="The file did not arrive whole", da="Filen kom ikke helt frem")


class UploadAlreadyStored(Conflict):
    """The content is there and cannot be replaced: announce a new upload."""

    slug = "upload-already-stored"
    title = Text(sv="Filen är redan uppladdad", en="The file is already uploaded", da="Filen er allerede uploadet")


class UploadBrokenOff(BadRequest):
    """The sender was gone before the last byte; nothing was kept."""

    slug = "upload-broken-off"
    title = Text(sv="Överföringen avbröts", en="The transfer was broken off", da="Overførslen blev afbrudt")


class UploadOffsetDiffers(Conflict):
    """Another byte is awaited than the one that the request begins with; `offset` and Upload-Offset say which."""

    slug = "upload-offset-differs"
    title = Text(
        sv="En annan byte väntas härnäst", en="Another byte is awaited next", da="En anden byte ventes som den næste"
    )
    mend = Text(
        sv="Fråga med HEAD hur mycket som har kommit fram och fortsätt därifrån",
        en="Ask by HEAD how much has arrived, and go on from there",
        da="Spørg med HEAD, hvor meget der er kommet frem, og fortsæt derfra",
    )


class UploadProtocolUnknown(Problem):
    """Parts are sent as tus 1.0.0 says: with Tus-Resumable: 1.0.0."""

    status = 412
    slug = "upload-protocol-unknown"
    title = Text(sv="Skicka Tus-Resumable: 1.0.0", en="Send Tus-Resumable: 1.0.0", da="Send Tus-Resumable: 1.0.0")


class UploadPartUnsound(BadRequest):
    """A header of the part is missing or cannot be read; `errors` names it."""

    slug = "upload-part-unsound"
    title = Text(sv="Delen går inte att ta emot", en="The part cannot be taken", da="Delen kan ikke modtages")

    @classmethod
    def at(cls, header: str, detail: str) -> "UploadPartUnsound":
        return cls(detail, errors=[FieldError(pointer=f"header:{header}", detail=detail, code="unsound")])


class UploadPartForm(UnsupportedMedia):
    """Parts are sent as `application/offset+octet-stream`."""

    slug = "upload-part-form"
    title = Text(
        sv="Skicka delen som application/offset+octet-stream",
        en="Send the part as application/offset+octet-stream",
        da="Send delen som application/offset+octet-stream",
    )


class UploadPartDamaged(Problem):
    """The part arrived with another checksum than Upload-Checksum says; nothing of it was kept. Send it again."""

    status = 460
    slug = "upload-part-damaged"
    title = Text(
        sv="Delen skadades på vägen", en="The part was damaged on its way", da="Delen blev beskadiget undervejs"
    )


class UploadInTooManyParts(TooLarge):
    """So many parts have arrived that no more are taken; `maxParts` says how many. Send it anew in larger ones."""

    slug = "upload-in-too-many-parts"
    title = Text(sv="För många delar", en="Too many parts", da="For mange dele")


class CustomerTells(Forbidden):
    """What a platform holds is said by the customer's side or fetched from it: no supplier uploads it."""

    slug = "customer-tells-platform"
    title = Text(
        sv="Bara kunden laddar upp vad plattformen innehåller; annars hämtas det",
        en="Only the customer uploads what the platform holds; else it is fetched",
        da="Kun kunden uploader, hvad platformen indeholder; ellers hentes det",
    )
