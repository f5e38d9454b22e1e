"""A tenant's keys over HTTP: what its identity providers know us by, and how one key follows another."""

import asyncio
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Path, Request, Response

from services.identity.dependencies import SealerDep, SettingsDep, TenantKeyRingDep
from services.identity.tenantkey.errors import KeyNotNext
from services.identity.tenantkey.material import make
from services.identity.tenantkey.models import TenantKey
from services.identity.tenantkey.service import TenantKeyService
from services.identity.tenantkey_admin.auth import TenantKeysRead, TenantKeysWrite, refusal_to_write
from services.identity.tenantkey_admin.schemas import TenantKeyActivate, TenantKeyCreate, TenantKeyPublic
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import allowed_action

router = new_router("tenant-keys")

TenantKeyId = Annotated[UUID, Path(alias="tenantKeyId", description="Id of the key")]


@router.get("/tenant-keys")
async def tenant_keys_list(
    caller: TenantKeysRead, session: SessionDep, sealer: SealerDep, request: Request, page: PageDep, lang: LangDep
) -> Page[TenantKeyPublic]:
    """The keys that the tenant's identity providers know us by, with fingerprint and expiry; retired ones too."""
    after = page.keys(UUID)
    rows = await TenantKeyService(session, sealer).list(page.limit + 1, after[0] if after else None)
    return make_page(request, page, rows, key=lambda row: [row.id], show=lambda row: _show(row, caller, request, lang))


@router.post("/tenant-keys", status_code=201)
async def tenant_keys_create(
    body: TenantKeyCreate,
    caller: TenantKeysWrite,
    session: SessionDep,
    sealer: SealerDep,
    ring: TenantKeyRingDep,
    settings: SettingsDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> TenantKeyPublic:
    """Make the successor of a key. Providers find it in our metadata from now on; it is used once it is activated."""
    material = await asyncio.to_thread(make, body.purpose, urlsplit(settings.issuer).hostname or "startklar")
    key = await TenantKeyService(session, sealer).prepare(material)
    ring.forget(key.tenant_id)
    created(response, request, f"/identity/v1/tenant-keys/{key.id}")
    etag(response, key.version)
    return _show(key, caller, request, lang)


@router.get("/tenant-keys/{tenantKeyId}")
async def tenant_keys_get(
    key_id: TenantKeyId,
    caller: TenantKeysRead,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> TenantKeyPublic:
    """One key."""
    key = await TenantKeyService(session, sealer).get(key_id)
    etag(response, key.version)
    return _show(key, caller, request, lang)


@router.post("/tenant-keys/{tenantKeyId}/activate")
async def tenant_keys_activate(
    key_id: TenantKeyId,
    body: TenantKeyActivate,
    caller: TenantKeysWrite,
    version: IfMatch,
    session: SessionDep,
    sealer: SealerDep,
    ring: TenantKeyRingDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> TenantKeyPublic:
    """Use the next key from now on; the present one is retired. Refused before providers had a day to read it."""
    key = await TenantKeyService(session, sealer).activate(key_id, version, body.urgent_reason)
    ring.forget(key.tenant_id)
    etag(response, key.version)
    return _show(key, caller, request, lang)


@router.post("/tenant-keys/{tenantKeyId}/withdraw")
async def tenant_keys_withdraw(
    key_id: TenantKeyId,
    caller: TenantKeysWrite,
    version: IfMatch,
    session: SessionDep,
    sealer: SealerDep,
    ring: TenantKeyRingDep,
    request: Request,
    response: Response,
    lang: LangDep,
) -> TenantKeyPublic:
    """Take back a next key and destroy its private half."""
    key = await TenantKeyService(session, sealer).withdraw(key_id, version)
    ring.forget(key.tenant_id)
    etag(response, key.version)
    return _show(key, caller, request, lang)


def _show(key: TenantKey, caller: Principal, request: Request, lang: Lang) -> TenantKeyPublic:
    path = f"/identity/v1/tenant-keys/{key.id}"
    refused = refusal_to_write(caller) or (None if key.state == "next" else KeyNotNext.title)
    shown = TenantKeyPublic.model_validate(key)
    shown.allowed_actions = [
        allowed_action(request, lang, action, "POST", f"{path}/{action}", refused=refused)
        for action in ("activate", "withdraw")
    ]
    return shown
