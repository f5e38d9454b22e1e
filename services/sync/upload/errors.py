"""Why an upload is refused."""

from shared.kit.problems import BadRequest, Conflict, Invalid, TooLarge
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
