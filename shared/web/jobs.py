"""Long work as a resource: `202` names a job, this route tells how far it has come."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Response
from sqlalchemy import text

from shared.auth import Principal, Scope, requires
from shared.kit.problems import NotFound
from shared.kit.text import Text
from shared.web.models import ApiModel, example
from shared.web.preconditions import etag
from shared.web.route import new_router
from shared.web.runtime import SessionDep

JobReader = Annotated[Principal, requires(Scope.jobs_read)]
JobId = Annotated[UUID, Path(alias="jobId")]


class JobPublic(ApiModel):
    """A piece of long work. Poll until `state` is succeeded, failed or cancelled."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "kind": "roster-plan",
            "state": "running",
            "progressDone": 4000,
            "progressTotal": 12000,
            "message": "comparing with the roster",
            "result": None,
            "problem": None,
            "createdAt": "2026-08-17T08:00:00Z",
            "finishedAt": None,
        }
    )

    id: UUID
    kind: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    progress_done: int
    progress_total: int | None
    message: str | None
    result: dict[str, Any] | None
    problem: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


def jobs_router(service: str) -> APIRouter:
    """`GET /jobs/{jobId}` of one service, readable by whoever may call in the job's tenant; jobs hold ids only."""
    router = new_router("jobs")

    async def read(job_id: JobId, caller: JobReader, session: SessionDep, response: Response) -> JobPublic:
        """How far a job has come, and what came of it."""
        row = (
            await session.execute(
                text(
                    "SELECT id, kind, state, progress_done, progress_total, message, result, problem, version,"
                    " created_at, finished_at FROM job WHERE tenant_id = :tenant AND id = :id"
                ),
                {"tenant": caller.tenant, "id": job_id},
            )
        ).one_or_none()
        if row is None:
            raise NotFound(Text(sv="Jobbet finns inte", en="There is no such job", da="Jobbet findes ikke"))
        etag(response, row.version)
        return JobPublic.model_validate(row)

    router.add_api_route("/jobs/{jobId}", read, name=f"{service}_jobs_get", methods=["GET"], summary="Read a job")
    return router
