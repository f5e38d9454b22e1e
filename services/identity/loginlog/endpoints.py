"""The log of logins over HTTP: who logged in how, with which assurance, for auditors and for the person."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.identity.dependencies import DatabaseDep
from services.identity.loginlog.auth import LoginLogRead, LoginLogWrite, OwnLogins
from services.identity.loginlog.export import export
from services.identity.loginlog.filter import LogFilter
from services.identity.loginlog.schemas import (
    LoginEntryPublic,
    LoginFailurePublic,
    LoginFailures,
    LoginLogSettingPublic,
    LoginLogSettingUpdate,
)
from services.identity.loginlog.service import LoginLogService
from services.identity.proof.faults import LoginFault
from shared.auth import Acr
from shared.kit.db import tenant_of
from shared.kit.journal import record, record_reading
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, etag, make_page, new_router
from shared.web.export import FILES, FORMATS, HEADERS
from shared.web.negotiation import negotiated

router = new_router("login-entries")


async def _filter(
    account_id: Annotated[UUID | None, Query(alias="accountId", description="Only logins of this account")] = None,
    provider_id: Annotated[UUID | None, Query(alias="providerId", description="Only at this provider")] = None,
    method: Annotated[str | None, Query(max_length=50, description="Only by this login method")] = None,
    outcome: Annotated[Literal["succeeded", "failed"] | None, Query(description="Only these")] = None,
    acr: Annotated[Acr | None, Query(description="Only at exactly this level")] = None,
    since: Annotated[datetime | None, Query(description="From then on", examples=["2026-11-01T00:00:00Z"])] = None,
    until: Annotated[datetime | None, Query(description="Before then", examples=["2026-12-01T00:00:00Z"])] = None,
) -> LogFilter:
    return LogFilter(account_id, provider_id, method, outcome, acr.value if acr else None, since, until)


FilterDep = Annotated[LogFilter, Depends(_filter)]


@router.get("/login-entries", response_model=Page[LoginEntryPublic], responses=FILES)
async def login_entries_list(
    caller: LoginLogRead,
    session: SessionDep,
    database: DatabaseDep,
    wanted: FilterDep,
    request: Request,
    page: PageDep,
    format_: Annotated[
        Literal["json", "csv", "ndjson"] | None, Query(alias="format", description="Instead of Accept")
    ] = None,
) -> Page[LoginEntryPublic] | Response:
    """Logins of the tenant, newest first. As CSV or NDJSON all that fit, in one file; the journal keeps who took it."""
    media = negotiated(request, FORMATS, asked=format_)
    if media != "application/json":
        tenant = tenant_of(session)
        await record(session, "login_log.exported", "login_log_setting", tenant, after={"format": media})
        return StreamingResponse(export(database, tenant, wanted, media), media_type=media, headers=HEADERS)
    before = page.keys(UUID)
    rows = await LoginLogService(session).list(wanted, page.limit + 1, before[0] if before else None)
    await record_reading(session, "login_log", min(len(rows), page.limit), **asdict(wanted))
    return make_page(request, page, rows, key=lambda row: [row.id], show=LoginEntryPublic.model_validate)


@router.get("/me/logins")
async def me_logins_list(
    caller: OwnLogins, session: SessionDep, wanted: FilterDep, request: Request, page: PageDep
) -> Page[LoginEntryPublic]:
    """The caller's own logins in this tenant, newest first."""
    own, before = replace(wanted, account_id=caller.subject), page.keys(UUID)
    rows = await LoginLogService(session).list(own, page.limit + 1, before[0] if before else None)
    return make_page(request, page, rows, key=lambda row: [row.id], show=LoginEntryPublic.model_validate)


@router.get("/login-failures")
async def login_failures_list(
    caller: LoginLogRead,
    session: SessionDep,
    lang: LangDep,
    days: Annotated[int, Query(ge=1, le=400, description="How many days back")] = 30,
) -> LoginFailures:
    """How often logins of unknown people failed, by day, provider and rule."""
    rows = await LoginLogService(session).failures(days)
    await record_reading(session, "login_failures", len(rows), days=days)
    return LoginFailures(
        items=[
            LoginFailurePublic(
                day=row.day,
                provider_id=row.provider_id,
                fault=LoginFault(row.fault),
                words=LoginFault(row.fault).words.pick(lang),
                count=row.count,
            )
            for row in rows
        ]
    )


@router.get("/login-log-settings")
async def login_log_settings_get(
    caller: LoginLogRead, session: SessionDep, response: Response
) -> LoginLogSettingPublic:
    """How long the tenant keeps its log of logins."""
    setting = await LoginLogService(session).setting()
    etag(response, setting.version)
    return LoginLogSettingPublic.model_validate(setting)


@router.put("/login-log-settings")
async def login_log_settings_put(
    body: LoginLogSettingUpdate, version: IfMatch, caller: LoginLogWrite, session: SessionDep, response: Response
) -> LoginLogSettingPublic:
    """Change how long the log is kept; what is older goes with the next night."""
    setting = await LoginLogService(session).keep_for(version, body.retention_days)
    etag(response, setting.version)
    return LoginLogSettingPublic.model_validate(setting)
