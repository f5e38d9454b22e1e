"""The encrypted file store on a real database: whole files, killed uploads, tampered rows, other tenants, retention."""

import asyncio
import hashlib
import os
import secrets
import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from cli.servers.provision import drop, provision
from shared.kit import clock
from shared.kit.db import NAMING, Database, create_engine
from shared.kit.files import (
    ChecksumMismatch,
    CopyLog,
    FileDamaged,
    FileGone,
    FileKeys,
    FileMissing,
    FileState,
    FileStore,
    FileTooLarge,
    StoredFile,
    create_file_tables,
    declare_file_tables,
    drop_file_tables,
)
from shared.kit.files.copies import NewCopy
from shared.kit.ids import new_id
from shared.kit.problems import NotFound

CHUNK = 1000
KEY = os.urandom(32)


class Model(SQLModel, registry=registry(metadata=sa.MetaData(naming_convention=NAMING))):
    """The registry of a service that has nothing but files."""


declare_file_tables(Model)


def _migrate(connection: sa.Connection) -> list[Any]:
    options = {"service": "filetest", "target_metadata": Model.metadata, "compare_type": True}
    context = MigrationContext.configure(connection, opts=options)
    with Operations.context(context):
        create_file_tables()
        drop_file_tables()
        create_file_tables()
    return list(compare_metadata(context, Model.metadata))


@pytest.fixture(scope="module")
async def urls(admin_url: str) -> AsyncIterator[dict[str, str]]:
    name = f"files_{secrets.token_hex(4)}"
    urls = await provision(admin_url, "filetest", name, secret="files")
    engine = create_engine(urls["owner"])
    async with engine.begin() as connection:
        assert await connection.run_sync(_migrate) == []
    await engine.dispose()
    yield urls
    await drop(admin_url, name)


@pytest.fixture
async def database(urls: dict[str, str]) -> AsyncIterator[Database]:
    database = Database(urls["app"])
    await database.start()
    yield database
    await database.stop()


@pytest.fixture
def tenant() -> UUID:
    return new_id()


@pytest.fixture
def store() -> FileStore:
    return FileStore(KEY, chunk_bytes=CHUNK)


async def parts(content: bytes, step: int = 317) -> AsyncIterator[bytes]:
    for start in range(0, len(content), step):
        yield content[start : start + step]


async def write(database: Database, tenant: UUID, store: FileStore, content: bytes, **more: Any) -> StoredFile:
    options: dict[str, Any] = {"media_type": "text/csv", "data_class": "sensitive", "max_bytes": 10_000}
    async with database.transaction(tenant) as session:
        return await store.write(session, parts(content), **({"retention_days": 30} | options | more))


async def read(database: Database, tenant: UUID, store: FileStore, file_id: UUID) -> bytes:
    async with database.transaction(tenant) as session:
        return b"".join([part async for part in store.read(session, file_id)])


async def run(database: Database, tenant: UUID, statement: str, **values: Any) -> Any:
    async with database.transaction(tenant) as session:
        return await session.scalar(sa.text(statement), values)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
async def test_what_was_written_is_read_back(database: Database, tenant: UUID, store: FileStore, size: int) -> None:
    content = os.urandom(size)
    stored = await write(database, tenant, store, content)
    assert (stored.size, stored.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert stored.state is FileState.ready
    assert await read(database, tenant, store, stored.id) == content


async def test_one_piece_larger_than_a_chunk_is_cut(database: Database, tenant: UUID, store: FileStore) -> None:
    content = os.urandom(5 * CHUNK + 1)
    options = {"media_type": "a/b", "data_class": "ordinary", "max_bytes": 10_000, "retention_days": 1}
    async with database.transaction(tenant) as session:
        stored = await store.write(session, parts(content, len(content)), **options)  # type: ignore[arg-type]
    assert await run(database, tenant, "SELECT max(length(body)) FROM stored_file_chunk") == CHUNK + 16
    assert await read(database, tenant, store, stored.id) == content


async def test_nothing_readable_is_stored(database: Database, tenant: UUID, store: FileStore) -> None:
    await write(database, tenant, store, b"Pupil Example " * 100)
    assert (
        await run(database, tenant, "SELECT count(*) FROM stored_file_chunk WHERE position('Pupil' in body) > 0") == 0
    )


async def test_another_tenant_sees_neither_file_nor_content(database: Database, tenant: UUID, store: FileStore) -> None:
    stored = await write(database, tenant, store, b"secret")
    stranger = new_id()
    with pytest.raises(FileMissing):
        await read(database, stranger, store, stored.id)
    assert await run(database, stranger, "SELECT count(*) FROM stored_file_chunk") == 0
    assert await run(database, stranger, "SELECT count(*) FROM file_copy_log") == 0


async def test_an_upload_that_is_killed_leaves_nothing(database: Database, tenant: UUID, store: FileStore) -> None:
    started = asyncio.Event()

    async def stalls() -> AsyncIterator[bytes]:
        yield os.urandom(5 * CHUNK)
        yield os.urandom(CHUNK)
        started.set()
        await asyncio.sleep(60)

    async def upload() -> None:
        async with database.transaction(tenant) as session:
            await store.write(
                session, stalls(), media_type="a/b", data_class="ordinary", max_bytes=10**6, retention_days=1
            )

    task = asyncio.create_task(upload())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for table in ("stored_file", "stored_file_chunk", "file_copy_log"):
        assert await run(database, tenant, f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize(
    ("more", "error"),
    [({"max_bytes": 4999}, FileTooLarge), ({"expected_sha256": "0" * 64}, ChecksumMismatch)],
)
async def test_a_refused_file_leaves_nothing_even_if_the_caller_goes_on(
    database: Database, tenant: UUID, store: FileStore, more: dict[str, Any], error: type[Exception]
) -> None:
    options: dict[str, Any] = {"media_type": "a/b", "data_class": "ordinary", "max_bytes": 9999, "retention_days": 1}
    async with database.transaction(tenant) as session:
        with pytest.raises(error):
            await store.write(session, parts(os.urandom(5000)), **(options | more))
    assert await run(database, tenant, "SELECT count(*) FROM stored_file") == 0
    assert await run(database, tenant, "SELECT count(*) FROM stored_file_chunk") == 0


async def test_the_right_checksum_is_accepted_in_any_case(database: Database, tenant: UUID, store: FileStore) -> None:
    announced = hashlib.sha256(b"abc").hexdigest().upper()
    assert (await write(database, tenant, store, b"abc", expected_sha256=announced)).size == 3


TAMPERING = [
    "UPDATE stored_file_chunk SET index = CASE index WHEN 0 THEN 9 ELSE 0 END WHERE file_id = :a AND index IN (0, 1)",
    "UPDATE stored_file_chunk c SET body = o.body FROM stored_file_chunk o"
    " WHERE c.file_id = :a AND o.file_id = :b AND o.index = c.index",
    "UPDATE stored_file SET chunks = chunks - 1 WHERE id = :a",
    "DELETE FROM stored_file_chunk WHERE file_id = :a AND index = 1",
    "UPDATE stored_file_chunk SET body = set_byte(body, 3, get_byte(body, 3) # 1) WHERE file_id = :a",
    "UPDATE stored_file f SET wrapped_key = o.wrapped_key FROM stored_file o WHERE f.id = :a AND o.id = :b",
]


@pytest.mark.parametrize("statement", TAMPERING)
async def test_swapped_moved_cut_or_changed_chunks_are_noticed(
    database: Database, tenant: UUID, store: FileStore, statement: str
) -> None:
    one = await write(database, tenant, store, os.urandom(3 * CHUNK))
    other = await write(database, tenant, store, os.urandom(3 * CHUNK))
    async with database.transaction(tenant) as session:
        if "CASE" in statement:  # a plain swap would break the key halfway
            values = {"a": one.id}
            for step in ("index = 9 WHERE index = 0", "index = 0 WHERE index = 1", "index = 1 WHERE index = 9"):
                setting, _, place = step.partition(" WHERE ")
                moved = f"UPDATE stored_file_chunk SET {setting} WHERE file_id = :a AND {place}"
                await session.execute(sa.text(moved), values)
        else:
            both = {"a": one.id, "b": other.id}
            used = {name: value for name, value in both.items() if f":{name}" in statement}
            await session.execute(sa.text(statement), used)
    with pytest.raises(FileDamaged):
        await read(database, tenant, store, one.id)


async def test_a_deleted_file_cannot_be_read_and_leaves_evidence(
    database: Database, tenant: UUID, store: FileStore
) -> None:
    stored = await write(database, tenant, store, b"forget me")
    async with database.transaction(tenant) as session:
        await store.delete(session, stored.id)
        await store.delete(session, stored.id)
        assert (await store.get(session, stored.id)).state is FileState.deleted
        assert await CopyLog(session).open() == []
    with pytest.raises(FileGone):
        await read(database, tenant, store, stored.id)
    assert await run(database, tenant, "SELECT count(*) FROM stored_file WHERE wrapped_key IS NOT NULL") == 0
    assert await run(database, tenant, "SELECT count(*) FROM stored_file_chunk") == 0


async def test_deleting_what_never_was_is_an_error(database: Database, tenant: UUID, store: FileStore) -> None:
    with pytest.raises(FileMissing):
        async with database.transaction(tenant) as session:
            await store.delete(session, new_id())


async def test_only_expired_files_are_purged(database: Database, tenant: UUID, store: FileStore) -> None:
    short = await write(database, tenant, store, b"short", retention_days=1)
    kept = await write(database, tenant, store, b"kept", retention_days=3)
    with clock.frozen(clock.now() + timedelta(days=2)):
        async with database.transaction(tenant) as session:
            assert await store.purge_expired(session) == [short.id]
            assert await store.purge_expired(session) == []
    assert await read(database, tenant, store, kept.id) == b"kept"


async def test_every_stored_file_is_an_open_row_of_the_copy_log(
    database: Database, tenant: UUID, store: FileStore
) -> None:
    stored = await write(database, tenant, store, b"x", created_by=new_id())
    async with database.transaction(tenant) as session:
        log = CopyLog(session)
        due = stored.created_at + timedelta(days=1)
        abroad = await log.add(NewCopy("roster export", "mailbox of the supplier", False, due, file_id=stored.id))
        assert [(copy.place, copy.encrypted) for copy in await log.open()] == [
            ("mailbox of the supplier", False),
            ("file store", True),
        ]
        await store.delete(session, stored.id)
        assert [copy.id for copy in await log.open()] == [abroad]
        await log.mark_purged(abroad, by=new_id(), proof="receipt 17")
        assert await log.open() == []
        with pytest.raises(NotFound):
            await log.mark_purged(abroad)


async def test_an_old_key_opens_old_files_and_a_foreign_key_none(
    database: Database, tenant: UUID, store: FileStore
) -> None:
    old = await write(database, tenant, store, b"old")
    rotated = FileStore(FileKeys(os.urandom(32), previous=[KEY]))
    assert await read(database, tenant, rotated, old.id) == b"old"
    new = await write(database, tenant, rotated, b"new")
    with pytest.raises(FileDamaged):
        await read(database, tenant, store, new.id)


async def test_a_large_file_passes_through_little_memory(database: Database, tenant: UUID) -> None:
    store = FileStore(KEY)

    async def many() -> AsyncIterator[bytes]:
        for _ in range(24 * 16):
            yield bytes(65536)

    tracemalloc.start()
    async with database.transaction(tenant) as session:
        stored = await store.write(
            session, many(), media_type="a/b", data_class="ordinary", max_bytes=10**8, retention_days=1
        )
    size = 0
    async with database.transaction(tenant) as session:
        async for part in store.read(session, stored.id):
            size += len(part)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == 24 * 1024 * 1024
    assert peak < 8 * 1024 * 1024
