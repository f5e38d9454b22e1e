"""The encrypted file store: uploads and exports as encrypted chunks in the owner's PostgreSQL, with a copy log.

A file is written in the caller's transaction, so that a killed upload leaves nothing, and is forgotten by destroying
its key. Every file is a copy of somebody's data and therefore a row in the copy log until it is purged.
"""

from shared.kit.files.cipher import FileKeys
from shared.kit.files.copies import Copy, CopyLog
from shared.kit.files.errors import ChecksumMismatch, FileDamaged, FileGone, FileMissing, FileTooLarge
from shared.kit.files.spool import Spool, spooled
from shared.kit.files.store import FileStore, WriteOptions, forget_file, forget_files
from shared.kit.files.stored import DataClass, FileState, StoredFile
from shared.kit.files.tables import create_file_tables, declare_file_tables, drop_file_tables

__all__ = [
    "ChecksumMismatch",
    "Copy",
    "CopyLog",
    "DataClass",
    "FileDamaged",
    "FileGone",
    "FileKeys",
    "FileMissing",
    "FileState",
    "FileStore",
    "FileTooLarge",
    "Spool",
    "StoredFile",
    "WriteOptions",
    "create_file_tables",
    "declare_file_tables",
    "drop_file_tables",
    "forget_file",
    "forget_files",
    "spooled",
]
