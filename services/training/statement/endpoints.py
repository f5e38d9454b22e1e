"""`/record-store`: where the authority's learning records go [xAPI]."""

from typing import Annotated

from fastapi import Depends, Request

from services.training.statement.auth import KEEPERS, StoreRead, StoreWrite
from services.training.statement.errors import StoreRefused
from services.training.statement.models import RecordStore
from services.training.statement.schemas import RecordStoreInput, RecordStorePublic
from services.training.statement.service import RecordStoreService, StoreSeal
from shared.auth import Principal, Scope
from shared.kit.egress import EgressClient, EgressRefused
from shared.web import IfMatch, SessionDep, new_router, runtime
from shared.web.actions import refusal
from shared.web.reply import Reply, ReplyDep

router = new_router("record-store")

_PATH = "/training/v1/record-store"


async def _stores(session: SessionDep, request: Request) -> RecordStoreService:
    seal: StoreSeal = runtime(request).resources[StoreSeal]
    return RecordStoreService(session, seal)


async def _egress(request: Request) -> EgressClient:
    client: EgressClient = runtime(request).resources[EgressClient]
    return client


Stores = Annotated[RecordStoreService, Depends(_stores)]
Egress = Annotated[EgressClient, Depends(_egress)]


@router.post("/record-store", status_code=201)
async def record_store_create(
    caller: StoreWrite, stores: Stores, egress: Egress, body: RecordStoreInput, reply: ReplyDep
) -> RecordStorePublic:
    """Say where statements go. All that has happened so far is told within minutes, by pseudonyms alone."""
    await _check(egress, body.url)
    store = await stores.create(body)
    reply.created(_PATH, store.version)
    return await _show(store, stores, caller, reply)


@router.get("/record-store")
async def record_store_get(caller: StoreRead, stores: Stores, reply: ReplyDep) -> RecordStorePublic:
    """Where statements go, how many are there, how many wait, and what went wrong last."""
    store = await stores.get()
    reply.version(store.version)
    return await _show(store, stores, caller, reply)


@router.put("/record-store")
async def record_store_put(
    caller: StoreWrite, stores: Stores, egress: Egress, body: RecordStoreInput, version: IfMatch, reply: ReplyDep
) -> RecordStorePublic:
    """Change address, password or state. At a new address everything is told again, by new pseudonyms."""
    await _check(egress, body.url)
    store = await stores.change(body, version)
    reply.version(store.version)
    return await _show(store, stores, caller, reply)


@router.delete("/record-store", status_code=204)
async def record_store_delete(caller: StoreWrite, stores: Stores, version: IfMatch) -> None:
    """Tell nobody any more. What the store has is the store's to keep or delete."""
    await stores.remove(version)


async def _check(egress: EgressClient, url: str) -> None:
    try:
        await egress.check(url)
    except EgressRefused as refused:
        raise StoreRefused.because(refused) from None


async def _show(store: RecordStore, stores: RecordStoreService, caller: Principal, reply: Reply) -> RecordStorePublic:
    counts = await stores.counts()
    refused = refusal(caller, Scope.courses_write, KEEPERS, everywhere=True)
    actions = [
        reply.action("change", "PUT", _PATH, refused=refused),
        reply.action("remove", "DELETE", _PATH, refused=refused),
    ]
    facts = store.model_dump(exclude={"sealed"}) | dict(counts._mapping) | {"allowed_actions": actions}
    return RecordStorePublic.model_validate(facts)
