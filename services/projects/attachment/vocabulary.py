"""What a document can be, and which files are taken."""

from enum import StrEnum


class AttachmentKind(StrEnum):
    instruction = "instruction"
    checklist = "checklist"
    protocol = "protocol"
    minutes = "minutes"
    evidence = "evidence"
    plan = "plan"
    report = "report"


class AttachmentState(StrEnum):
    declared = "declared"
    stored = "stored"
    erased = "erased"


_ZIP = (b"PK\x03\x04",)
_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

# How a file of each kind begins; nothing to compare for plain text. What a browser would run (HTML, SVG) is not here.
MEDIA_TYPES: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    f"{_OOXML}.wordprocessingml.document": _ZIP,
    f"{_OOXML}.spreadsheetml.sheet": _ZIP,
    f"{_OOXML}.presentationml.presentation": _ZIP,
    f"{_ODF}.text": _ZIP,
    f"{_ODF}.spreadsheet": _ZIP,
    "application/json": (),
    "text/plain": (),
    "text/csv": (),
    "text/markdown": (),
    "text/calendar": (),
}
