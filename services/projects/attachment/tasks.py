"""Erasing documents whose time of keeping is over."""

from collections.abc import Mapping
from uuid import UUID

from services.projects.attachment.service import PURGE, AttachmentService
from shared.kit.files import FileStore
from shared.queue import JobContext, JobHandler


def purge_attachments(store: FileStore) -> JobHandler:
    """The job that erases one document; may run twice."""

    async def run(ctx: JobContext) -> None:
        async with ctx.transaction() as session:
            await AttachmentService(session).purge(UUID(ctx.params["attachment"]), store)

    return run


def attachment_jobs(store: FileStore | None) -> Mapping[str, JobHandler]:
    """The long work with documents, for a worker that holds the file key."""
    return {} if store is None else {PURGE: purge_attachments(store)}
