"""Where learning records go, what waits to be told, and what became of telling it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.statement.errors import StoreKnown
from services.training.statement.models import RecordStore
from services.training.statement.repository import StatementRepository
from services.training.statement.schemas import RecordStoreInput
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid, NotFound
from shared.kit.sealing import Sealer
from shared.kit.text import Text
from shared.web.preconditions import check_version

BATCH = 50
"""Statements in one request."""
MOST_FAILURES = 20
"""In a row, an hour apart in the end; then somebody has to look."""

_INFO = b"startklar.training.record-store.v1"
_NO_PASSWORD = Text(
    sv="Ange lösenordet: adressen är ny", en="Give the password: the address is new", da="Angiv adgangskoden"
)
_NONE = Text(sv="Ingen LRS är angiven", en="There is no record store", da="Der er ingen LRS")


@dataclass(frozen=True)
class Way:
    """All that a call to the store needs. `key` makes pseudonyms; a new address gets a new one."""

    url: str
    username: str
    password: str
    key: bytes


class StoreSeal:
    """Seals what only the worker reads."""

    def __init__(self, file_key: bytes) -> None:
        self._sealer = Sealer(file_key, _INFO)

    def seal(self, store: RecordStore, password: str, key: bytes) -> bytes:
        return self._sealer.seal(orjson.dumps([password, key.hex()]), f"record_store/{store.tenant_id}/{store.id}")

    def open(self, store: RecordStore) -> Way:
        """Raises SealBroken."""
        opened = orjson.loads(self._sealer.open(store.sealed, f"record_store/{store.tenant_id}/{store.id}"))
        return Way(store.url, store.username, opened[0], bytes.fromhex(opened[1]))


class RecordStoreService:
    """One transaction's work on the tenant's store."""

    def __init__(self, session: AsyncSession, seal: StoreSeal) -> None:
        self._session = session
        self._seal = seal
        self._statements = StatementRepository(session)

    async def get(self) -> RecordStore:
        """The store, or NotFound."""
        store = await self._statements.store()
        if store is None:
            raise NotFound(_NONE)
        return store

    async def create(self, given: RecordStoreInput) -> RecordStore:
        """Say where records go. Raises StoreKnown, Invalid without a password."""
        if await self._statements.store() is not None:
            raise StoreKnown()
        store = RecordStore(tenant_id=tenant_of(self._session), url="", username="", sealed=b"", tries_at=clock.now())
        await self._set(store, given)
        self._statements.add(store)
        await record(self._session, "record_store.create", "record_store", store.id, after=_facts(store))
        return store

    async def change(self, given: RecordStoreInput, version: int) -> RecordStore:
        """A new address starts from nothing: other pseudonyms, and everything is told again.

        Raises Invalid without a password for a new address, StaleVersion."""
        store = await self._statements.store(lock=True)
        if store is None:
            raise NotFound(_NONE)
        check_version(version, store.version)
        before = _facts(store)
        await self._set(store, given)
        store.touch()
        await record(self._session, "record_store.change", "record_store", store.id, before=before, after=_facts(store))
        return store

    async def remove(self, version: int) -> None:
        """Tell nobody any more; what the store has is the store's."""
        store = await self._statements.store(lock=True)
        if store is None:
            raise NotFound(_NONE)
        check_version(version, store.version)
        await self._statements.forget_stored()
        await record(self._session, "record_store.remove", "record_store", store.id, before=_facts(store))
        await self._statements.remove(store)

    async def counts(self) -> Row[Any]:
        """(stored, waiting)"""
        return await self._statements.counts()

    async def due(self) -> tuple[Way, Sequence[Row[Any]]] | None:
        """What to tell now, and how; None where nothing waits, or nobody is to be told."""
        store = await self._statements.store()
        if store is None or store.state != "active" or store.tries_at > clock.now():
            return None
        facts = await self._statements.waiting(BATCH)
        return (self._seal.open(store), facts) if facts else None

    async def told(self, facts: Sequence[Row[Any]]) -> None:
        """The store has them."""
        await self._statements.note_stored(facts)
        store = await self._statements.store(lock=True)
        if store is not None and store.failures:
            store.failures, store.told_of_failure = 0, None
            store.touch()

    async def failed(self, reason: str) -> None:
        """Try again later and later, at most an hour apart; after MOST_FAILURES wait for somebody."""
        store = await self._statements.store(lock=True)
        if store is None:
            return
        store.failures += 1
        store.told_of_failure = reason
        store.tries_at = clock.now() + min(timedelta(minutes=2**store.failures), timedelta(hours=1))
        store.touch()
        if store.failures >= MOST_FAILURES:
            store.state = "paused"
            await record(self._session, "record_store.pause", "record_store", store.id, reason=reason)

    async def _set(self, store: RecordStore, given: RecordStoreInput) -> None:
        password = given.password.get_secret_value() if given.password else None
        is_moved = (store.url, store.username) != (given.url, given.username)
        if is_moved and password is None:
            error = FieldError(pointer="#/password", detail=_NO_PASSWORD, code="required")
            raise Invalid(_NO_PASSWORD, errors=[error])
        store.url, store.username, store.state = given.url, given.username, given.state
        store.failures, store.told_of_failure, store.tries_at = 0, None, clock.now()
        if password is not None:
            key = os.urandom(32) if is_moved else self._seal.open(store).key
            store.sealed = self._seal.seal(store, password, key)
        if is_moved:
            await self._statements.forget_stored()


def _facts(store: RecordStore) -> dict[str, object]:
    return store.model_dump(mode="json", include={"url", "username", "state"})
