"""The copy log over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response

from services.projects.copylog.auth import CopiesRead, CopiesWrite, PurgesCertify
from services.projects.copylog.changes import CopyLogChanges
from services.projects.copylog.schemas import (
    CertificateCreate,
    CertificatePublic,
    CopyChange,
    CopyCreate,
    CopyPublic,
    EnvironmentChange,
    EnvironmentCreate,
    EnvironmentPublic,
    PurgeCreate,
)
from services.projects.copylog.service import CopyLogService
from services.projects.copylog.view import show_copy, show_environment
from services.projects.project.endpoints import ProjectId, Projects
from shared.kit import clock
from shared.kit.journal import record_reading
from shared.web import AsOf, IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.route import problem_responses

router = new_router("copies")

CopyId = Annotated[UUID, Path(alias="copyLogEntryId")]
EnvironmentId = Annotated[UUID, Path(alias="environmentId")]
CertificateId = Annotated[UUID, Path(alias="certificateId")]


async def _service(session: SessionDep) -> CopyLogService:
    return CopyLogService(session)


CopyLog = Annotated[CopyLogService, Depends(_service)]


@router.get(
    "/projects/{projectId}/copy-log-entries",
    name="copy_log_entries_list",
    summary="List the copies of live data",
    dependencies=[AsOf],
)
async def copy_log_entries_list(
    project_id: ProjectId,
    caller: CopiesRead,
    session: SessionDep,
    projects: Projects,
    log: CopyLog,
    lang: LangDep,
    request: Request,
    page: PageDep,
    is_open: Annotated[
        bool | None, Query(alias="open", description="Only copies that are left, or only purged")
    ] = None,
) -> Page[CopyPublic]:
    """Every stored copy of live personal data, oldest first; purged ones stay in the log."""
    await projects.get(project_id)
    after, today = page.keys(UUID), clock.today()
    rows = await log.copies_after(project_id, is_open, after[0] if after else None, page.limit + 1)
    if clock.past() is None:  # a look back can write nothing, and shows only what the present one has shown
        await record_reading(session, "copy_log", min(len(rows), page.limit), projectId=project_id, isOpen=is_open)
    return make_page(
        request, page, rows, key=lambda row: [row.id], show=lambda row: show_copy(row, caller, lang, today)
    )


@router.post(
    "/projects/{projectId}/copy-log-entries", name="copy_log_entries_create", status_code=201, summary="Log a copy"
)
async def copy_log_entries_create(
    project_id: ProjectId,
    body: CopyCreate,
    caller: CopiesWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> CopyPublic:
    """Log a copy that the caller's side made. One that can be carried away must be encrypted."""
    copy = await CopyLogChanges(session, caller).log(project_id, body)
    created(response, request, f"/projects/v1/copy-log-entries/{copy.id}")
    etag(response, copy.version)
    return show_copy(copy, caller, lang, clock.today())


@router.get(
    "/copy-log-entries/{copyLogEntryId}",
    name="copy_log_entries_get",
    summary="Read a copy in the log",
    dependencies=[AsOf],
)
async def copy_log_entries_get(
    entry_id: CopyId, caller: CopiesRead, log: CopyLog, lang: LangDep, response: Response
) -> CopyPublic:
    """One copy, and whether it is overdue."""
    copy = await log.copy(entry_id)
    etag(response, copy.version)
    return show_copy(copy, caller, lang, clock.today())


@router.patch(
    "/copy-log-entries/{copyLogEntryId}",
    name="copy_log_entries_patch",
    summary="Mend a copy in the log",
    responses=problem_responses(412, 428),
)
async def copy_log_entries_patch(
    entry_id: CopyId,
    body: CopyChange,
    caller: CopiesWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> CopyPublic:
    """Mend the entry of a copy that is still there. What was purged stays as it was."""
    copy = await CopyLogChanges(session, caller).change_copy(entry_id, version, body)
    etag(response, copy.version)
    return show_copy(copy, caller, lang, clock.today())


@router.post(
    "/copy-log-entries/{copyLogEntryId}/purges", name="copy_log_purges_create", status_code=201, summary="Purge a copy"
)
async def copy_log_purges_create(
    entry_id: CopyId,
    body: PurgeCreate,
    caller: CopiesWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> CopyPublic:
    """State that a copy is purged, and how that is proved. Gates that wait for an empty log follow."""
    copy = await CopyLogChanges(session, caller).purge_copy(entry_id, body)
    created(response, request, f"/projects/v1/copy-log-entries/{entry_id}")
    etag(response, copy.version)
    return show_copy(copy, caller, lang, clock.today())


@router.get(
    "/projects/{projectId}/migration-environments",
    name="migration_environments_list",
    summary="List test and migration environments",
    dependencies=[AsOf],
)
async def migration_environments_list(
    project_id: ProjectId,
    caller: CopiesRead,
    projects: Projects,
    log: CopyLog,
    lang: LangDep,
    request: Request,
    page: PageDep,
) -> Page[EnvironmentPublic]:
    """The inventory that the purge in the last phase needs: live data and test accounts of each environment."""
    await projects.get(project_id)
    after = page.keys(UUID)
    rows = await log.environments_after(project_id, after[0] if after else None, page.limit + 1)
    return make_page(
        request, page, rows, key=lambda row: [row.id], show=lambda row: show_environment(row, caller, lang)
    )


@router.post(
    "/projects/{projectId}/migration-environments",
    name="migration_environments_create",
    status_code=201,
    summary="Enter an environment",
)
async def migration_environments_create(
    project_id: ProjectId,
    body: EnvironmentCreate,
    caller: CopiesWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> EnvironmentPublic:
    """Enter an environment of the caller's side; the customer's leaders enter any."""
    environment = await CopyLogChanges(session, caller).add_environment(project_id, body)
    created(response, request, f"/projects/v1/migration-environments/{environment.id}")
    etag(response, environment.version)
    return show_environment(environment, caller, lang)


@router.get(
    "/migration-environments/{environmentId}",
    name="migration_environments_get",
    summary="Read an environment",
    dependencies=[AsOf],
)
async def migration_environments_get(
    environment_id: EnvironmentId, caller: CopiesRead, log: CopyLog, lang: LangDep, response: Response
) -> EnvironmentPublic:
    """One environment, and whether it still counts as an open copy."""
    environment = await log.environment(environment_id)
    etag(response, environment.version)
    return show_environment(environment, caller, lang)


@router.patch(
    "/migration-environments/{environmentId}",
    name="migration_environments_patch",
    summary="Change an environment",
    responses=problem_responses(412, 428),
)
async def migration_environments_patch(
    environment_id: EnvironmentId,
    body: EnvironmentChange,
    caller: CopiesWrite,
    version: IfMatch,
    session: SessionDep,
    lang: LangDep,
    response: Response,
) -> EnvironmentPublic:
    """Change what an environment holds, while it is not purged."""
    environment = await CopyLogChanges(session, caller).change_environment(environment_id, version, body)
    etag(response, environment.version)
    return show_environment(environment, caller, lang)


@router.post(
    "/migration-environments/{environmentId}/purges",
    name="migration_environment_purges_create",
    status_code=201,
    summary="Purge an environment",
)
async def migration_environment_purges_create(
    environment_id: EnvironmentId,
    body: PurgeCreate,
    caller: CopiesWrite,
    session: SessionDep,
    lang: LangDep,
    request: Request,
    response: Response,
) -> EnvironmentPublic:
    """State that an environment's data and test accounts are gone, and how that is proved."""
    environment = await CopyLogChanges(session, caller).purge_environment(environment_id, body)
    created(response, request, f"/projects/v1/migration-environments/{environment_id}")
    etag(response, environment.version)
    return show_environment(environment, caller, lang)


@router.get(
    "/projects/{projectId}/purge-certificates",
    name="purge_certificates_list",
    summary="List purge certificates",
    dependencies=[AsOf],
)
async def purge_certificates_list(
    project_id: ProjectId, caller: CopiesRead, projects: Projects, log: CopyLog, request: Request, page: PageDep
) -> Page[CertificatePublic]:
    """Newest first."""
    await projects.get(project_id)
    before = page.keys(int)
    rows = await log.certificates_before(project_id, before[0] if before else None, page.limit + 1)
    return make_page(request, page, rows, key=lambda row: [row.number], show=CertificatePublic.model_validate)


@router.post(
    "/projects/{projectId}/purge-certificates",
    name="purge_certificates_create",
    status_code=201,
    summary="Certify that nothing is left",
)
async def purge_certificates_create(
    project_id: ProjectId,
    body: CertificateCreate,
    caller: PurgesCertify,
    session: SessionDep,
    request: Request,
    response: Response,
) -> CertificatePublic:
    """The customer's approver states that no copy is left. Answers 409 with each one that is. Never changed."""
    certificate = await CopyLogChanges(session, caller).certify(project_id, body)
    created(response, request, f"/projects/v1/purge-certificates/{certificate.id}")
    return CertificatePublic.model_validate(certificate)


@router.get(
    "/purge-certificates/{certificateId}",
    name="purge_certificates_get",
    summary="Read a purge certificate",
    dependencies=[AsOf],
)
async def purge_certificates_get(certificate_id: CertificateId, caller: CopiesRead, log: CopyLog) -> CertificatePublic:
    """One certificate with the log that it was given on."""
    return CertificatePublic.model_validate(await log.certificate(certificate_id))
