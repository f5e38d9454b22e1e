"""What can be wrong with a file: three facts for the caller, and one fault that only an operator can mend."""

from shared.kit.problems import Invalid, NotFound, Problem, TooLarge
from shared.kit.text import Text


class FileTooLarge(TooLarge):
    """The upload went past its limit; `maxBytes` says where."""

    slug = "file-too-large"
    title = Text(sv="Filen är för stor", en="The file is too large", da="Filen er for stor")

    @classmethod
    def past(cls, limit: int) -> "FileTooLarge":
        """More than `limit` bytes came."""
        return cls(_AT_MOST.format(limit=limit), maxBytes=limit)


class ChecksumMismatch(Invalid):
    """The bytes that arrived are not those that the sender announced: send the file again."""

    slug = "checksum-mismatch"
    title = Text(sv="Kontrollsumman stämmer inte", en="The checksum does not match", da="Kontrolsummen passer ikke")


class FileMissing(NotFound):
    slug = "file-not-found"
    title = Text(sv="Filen finns inte", en="The file does not exist", da="Filen findes ikke")


class FileGone(Problem):
    """The file existed and was erased: its key is destroyed, nobody can read it any more."""

    status = 410
    slug = "file-erased"
    title = Text(sv="Filen är raderad", en="The file has been erased", da="Filen er slettet")


class FileDamaged(Exception):
    """A stored chunk is missing, moved or changed, or its key is not among ours. Never answer with part of it."""


_AT_MOST = Text(
    sv="Filen får ha högst {limit} byte.",
    en="The file may have at most {limit} bytes.",
    da="Filen må højst have {limit} byte.",
)
