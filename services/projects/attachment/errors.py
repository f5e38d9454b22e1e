"""What can be wrong about an attached document."""

from shared.kit.problems import BadRequest, Conflict, Invalid, NotFound, Problem, TooLarge
from shared.kit.text import Text


class AttachmentNotFound(NotFound):
    slug = "attachment-not-found"
    title = Text(sv="Bilagan finns inte", en="No such attachment", da="Bilaget findes ikke")


class AttachmentTooLarge(TooLarge):
    """More than the service takes; `maxBytes` says how much that is."""

    slug = "attachment-too-large"
    title = Text(sv="Filen är för stor", en="The file is too large", da="Filen er for stor")


class AttachmentStored(Conflict):
    """The content is there and cannot be replaced: attach a new document and remove this one."""

    slug = "attachment-already-stored"
    title = Text(sv="Innehållet finns redan", en="The content is there already", da="Indholdet findes allerede")


class AttachmentAwaited(Conflict):
    """The document was announced, but its content has not been sent yet."""

    slug = "attachment-without-content"
    title = Text(
        sv="Innehållet har inte skickats ännu",
        en="The content has not been sent yet",
        da="Indholdet er ikke sendt endnu",
    )


class AttachmentErased(Problem):
    """The document was removed: its key is destroyed."""

    status = 410
    slug = "attachment-erased"
    title = Text(sv="Bilagan är borttagen", en="The attachment was removed", da="Bilaget er fjernet")


class AttachmentIncomplete(Invalid):
    """Fewer or more bytes than announced arrived; nothing was kept. Send the file again."""

    slug = "attachment-incomplete"
    title = Text(sv="Filen kom inte fram hel", en="The file did not arrive whole", da="Filen kom ikke helt frem")


class AttachmentOtherType(Invalid):
    """The content is no file of the announced media type."""

    slug = "attachment-of-another-type"
    title = Text(
        sv="Innehållet är inte av den angivna filtypen",
        en="The content is not of the announced type",
        da="Indholdet er ikke af den angivne filtype",
    )


class AttachmentBrokenOff(BadRequest):
    """The sender was gone before the last byte; nothing was kept."""

    slug = "attachment-broken-off"
    title = Text(sv="Överföringen avbröts", en="The transfer was broken off", da="Overførslen blev afbrudt")
