"""What a stored file looks like from outside: everything but its content and its key."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.kit.words import Word


class DataClass(Word):
    """How carefully the content must be handled (design.md section 5)."""

    ordinary = "ordinary"
    confidential = "confidential"
    sensitive = "sensitive"


class FileState(StrEnum):
    """`writing` is never seen outside the writing transaction; `deleted` keeps the row as evidence, without content."""

    writing = "writing"
    ready = "ready"
    deleted = "deleted"


@dataclass(frozen=True)
class StoredFile:
    """One file. `size` in bytes of plain content, `sha256` of the plain content in hexadecimal."""

    id: UUID
    sha256: str
    size: int
    media_type: str
    data_class: DataClass
    state: FileState
    created_at: datetime
    created_by: UUID | None
    retention_until: datetime
