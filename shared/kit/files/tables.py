"""The three tables of the store, as SQLModels for a service's own registry and as statements for its migrations."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlmodel import Field, SQLModel

from shared.kit.db import TIMESTAMP, TenantRow
from shared.kit.migrations import protect

FILE_TABLES = ("stored_file", "stored_file_chunk", "file_copy_log")
_OWN_FILE = ["tenant_id", "file_id"]
_TO_FILE = ["stored_file.tenant_id", "stored_file.id"]


def declare_file_tables(base: type[SQLModel]) -> tuple[type[SQLModel], ...]:
    """Declare the tables on a service's `Model`, so that its metadata (and alembic's check) knows them."""

    class StoredFileRow(base, TenantRow, table=True):  # type: ignore[misc, valid-type]
        __tablename__ = "stored_file"
        __table_args__ = (
            sa.CheckConstraint("state IN ('writing', 'ready', 'deleted')", name="state"),
            sa.CheckConstraint("data_class IN ('ordinary', 'confidential', 'sensitive')", name="data_class"),
            sa.CheckConstraint("(wrapped_key IS NULL) = (state = 'deleted')", name="shredded"),
            sa.Index("ix_stored_file_due", "tenant_id", "retention_until", postgresql_where=sa.text("state = 'ready'")),
        )
        sha256: str = Field(sa_type=sa.Text)
        size: int = Field(sa_type=sa.BigInteger)
        chunks: int
        media_type: str = Field(sa_type=sa.Text)
        data_class: str = Field(sa_type=sa.Text)
        state: str = Field(sa_type=sa.Text)
        key_id: str = Field(sa_type=sa.Text)
        wrapped_key: bytes | None = None
        created_by: UUID | None = None
        created_at: datetime = Field(sa_type=TIMESTAMP)
        retention_until: datetime = Field(sa_type=TIMESTAMP)
        deleted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)

    class StoredFileChunkRow(base, table=True):  # type: ignore[misc, valid-type, call-arg]
        __tablename__ = "stored_file_chunk"
        __table_args__ = (sa.ForeignKeyConstraint(_OWN_FILE, _TO_FILE, ondelete="CASCADE"),)
        tenant_id: UUID = Field(primary_key=True)
        file_id: UUID = Field(primary_key=True)
        index: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
        body: bytes

    class FileCopyLogRow(base, TenantRow, table=True):  # type: ignore[misc, valid-type]
        __tablename__ = "file_copy_log"
        __table_args__ = (
            sa.ForeignKeyConstraint(_OWN_FILE, _TO_FILE),
            sa.Index("ix_file_copy_log_open", "tenant_id", "purge_due", postgresql_where=sa.text("purged_at IS NULL")),
        )
        file_id: UUID | None = None
        what: str = Field(sa_type=sa.Text)
        place: str = Field(sa_type=sa.Text)
        encrypted: bool
        created_by: UUID | None = None
        created_at: datetime = Field(sa_type=TIMESTAMP)
        purge_due: datetime = Field(sa_type=TIMESTAMP)
        purged_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
        purged_by: UUID | None = None
        proof: str | None = Field(default=None, sa_type=sa.Text)

    return StoredFileRow, StoredFileChunkRow, FileCopyLogRow


def create_file_tables() -> None:
    """Create and protect the tables; called from a service's first migration."""
    op.create_table(
        "stored_file",
        *_key("stored_file"),
        _text("sha256"),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("chunks", sa.Integer, nullable=False),
        _text("media_type"),
        _text("data_class"),
        _text("state"),
        _text("key_id"),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("created_by", sa.Uuid),
        _instant("created_at"),
        _instant("retention_until"),
        _instant("deleted_at", nullable=True),
        _check("stored_file", "state", "state IN ('writing', 'ready', 'deleted')"),
        _check("stored_file", "data_class", "data_class IN ('ordinary', 'confidential', 'sensitive')"),
        _check("stored_file", "shredded", "(wrapped_key IS NULL) = (state = 'deleted')"),
    )
    op.create_index(
        "ix_stored_file_due",
        "stored_file",
        ["tenant_id", "retention_until"],
        postgresql_where=sa.text("state = 'ready'"),
    )
    _create_chunks()
    _create_copy_log()
    for table in FILE_TABLES:
        protect(table)


def drop_file_tables() -> None:
    """Undo `create_file_tables`."""
    for table in reversed(FILE_TABLES):
        op.drop_table(table)


def _create_chunks() -> None:
    op.create_table(
        "stored_file_chunk",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("file_id", sa.Uuid, nullable=False),
        sa.Column("index", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "file_id", "index", name="pk_stored_file_chunk"),
        _file_key("stored_file_chunk", ondelete="CASCADE"),
    )
    # Encrypted bytes do not compress: do not let PostgreSQL try.
    op.execute("ALTER TABLE stored_file_chunk ALTER COLUMN body SET STORAGE EXTERNAL")


def _create_copy_log() -> None:
    op.create_table(
        "file_copy_log",
        *_key("file_copy_log"),
        sa.Column("file_id", sa.Uuid),
        _text("what"),
        _text("place"),
        sa.Column("encrypted", sa.Boolean, nullable=False),
        sa.Column("created_by", sa.Uuid),
        _instant("created_at"),
        _instant("purge_due"),
        _instant("purged_at", nullable=True),
        sa.Column("purged_by", sa.Uuid),
        sa.Column("proof", sa.Text),
        _file_key("file_copy_log"),
    )
    op.create_index(
        "ix_file_copy_log_open",
        "file_copy_log",
        ["tenant_id", "purge_due"],
        postgresql_where=sa.text("purged_at IS NULL"),
    )


def _key(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=f"pk_{table}"),
    )


def _file_key(table: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(_OWN_FILE, _TO_FILE, name=f"fk_{table}_tenant_id_file_id", ondelete=ondelete)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TIMESTAMP, nullable=nullable)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))
