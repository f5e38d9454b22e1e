"""Break-glass accounts over HTTP: made, confirmed, listed and disabled by administrators; uses acknowledged."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.identity.breakglass import totp
from services.identity.breakglass.auth import BreakGlassRead, BreakGlassWrite
from services.identity.breakglass.schemas import (
    BreakGlassConfirm,
    BreakGlassCreate,
    BreakGlassIssued,
    BreakGlassPublic,
    BreakGlassUsePublic,
)
from services.identity.breakglass.service import BreakGlassService
from services.identity.dependencies import SealerDep, SettingsDep
from shared.auth import Side
from shared.web import Page, PageDep, SessionDep, created, make_page, new_router

router = new_router("break-glass-accounts")

BreakGlassId = Annotated[UUID, Path(alias="breakGlassId", description="Id of the break-glass account")]
UseId = Annotated[UUID, Path(alias="breakGlassUseId", description="Id of the use")]
PAGE = "/oauth2/break-glass"


@router.get("/break-glass-accounts")
async def break_glass_accounts_list(
    caller: BreakGlassRead,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    page: PageDep,
) -> Page[BreakGlassPublic]:
    """The accounts for the day when no identity provider answers, without their secrets."""
    after = page.keys(UUID)
    rows = await BreakGlassService(session, sealer).list(page.limit + 1, after[0] if after else None)
    return make_page(request, page, rows, key=lambda row: [row.id], show=BreakGlassPublic.model_validate)


@router.post("/break-glass-accounts", status_code=201)
async def break_glass_accounts_create(
    body: BreakGlassCreate,
    caller: BreakGlassWrite,
    session: SessionDep,
    sealer: SealerDep,
    settings: SettingsDep,
    request: Request,
    response: Response,
) -> BreakGlassIssued:
    """Make an account. It is of no use before a code of its app was confirmed; at most two stand at a time."""
    made = await BreakGlassService(session, sealer).make(body.display_name, caller.side or Side.customer)
    created(response, request, "/identity/v1/break-glass-accounts")
    response.headers["Cache-Control"] = "no-store"
    return BreakGlassIssued(
        **BreakGlassPublic.model_validate(made.row).model_dump(),
        totp_uri=totp.uri(made.totp_secret, "break-glass", "Startklar"),
        recovery_secret=made.recovery.text,
        page=f"{settings.issuer}{PAGE}",
    )


@router.post("/break-glass-accounts/{breakGlassId}/confirmations", status_code=201)
async def break_glass_accounts_confirm(
    break_glass_id: BreakGlassId,
    body: BreakGlassConfirm,
    caller: BreakGlassWrite,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    response: Response,
) -> BreakGlassPublic:
    """Show that the app has the secret; from now on the account opens."""
    row = await BreakGlassService(session, sealer).confirm(break_glass_id, body.code)
    created(response, request, "/identity/v1/break-glass-accounts")
    return BreakGlassPublic.model_validate(row)


@router.post("/break-glass-accounts/{breakGlassId}/disablings", status_code=204)
async def break_glass_accounts_disable(
    break_glass_id: BreakGlassId,
    caller: BreakGlassWrite,
    session: SessionDep,
    sealer: SealerDep,
) -> None:
    """Close an account for good; whoever is in it is out within a minute."""
    await BreakGlassService(session, sealer).disable(break_glass_id)


@router.get("/break-glass-uses")
async def break_glass_uses_list(
    caller: BreakGlassRead,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    page: PageDep,
    unacknowledged: Annotated[bool, Query(description="Only uses that nobody has acknowledged")] = False,
) -> Page[BreakGlassUsePublic]:
    """Each login past every identity provider, and who has seen it."""
    after = page.keys(UUID)
    service = BreakGlassService(session, sealer)
    rows = await service.uses(page.limit + 1, after[0] if after else None, only_open=unacknowledged)
    return make_page(request, page, rows, key=lambda row: [row.id], show=BreakGlassUsePublic.model_validate)


@router.post("/break-glass-uses/{breakGlassUseId}/acknowledgements", status_code=201)
async def break_glass_uses_acknowledge(
    use_id: UseId,
    caller: BreakGlassWrite,
    session: SessionDep,
    sealer: SealerDep,
    request: Request,
    response: Response,
) -> BreakGlassUsePublic:
    """Say that one has seen the use; the account that was used cannot."""
    use = await BreakGlassService(session, sealer).acknowledge(use_id, caller.subject)
    created(response, request, "/identity/v1/break-glass-uses")
    return BreakGlassUsePublic.model_validate(use)
