"""A file that was sent is a copy: it is erased when its time has come, whether or not anybody thinks of it."""

from sqlalchemy import text

from services.projects.interchange.service import PURGE, RETENTION_DAYS
from services.projects.interchange.tasks import interchange_jobs
from shared.kit.files import FileStore
from tests.projects.conftest import Rollout
from tests.projects.interchange.files import send
from tests.support.jobs import Context

_WAITING = text(
    "SELECT extract(day FROM run_after - created_at) FROM job WHERE kind = :kind AND params ->> 'import' = :import"
)
# The row of a file stays as evidence; what can be read of it are its chunks.
_FILES = text("SELECT count(DISTINCT file_id) FROM stored_file_chunk WHERE file_id = ANY(:ids)")


async def test_a_sent_file_and_what_was_found_in_it_are_erased_by_a_job_that_waits_from_the_start(
    rollout: Rollout,
) -> None:
    judged = await send(rollout, b"Aktivitet;Fas\nA;?\n")
    service, import_id = rollout.service, judged.row["id"]

    async def rows(sql: str, **values: object) -> list[object]:
        async with service.database.transaction(service.tenant) as session:
            return list((await session.execute(text(sql), values)).scalars())

    [days] = await rows(_WAITING.text, kind=PURGE, **{"import": import_id})
    assert days == RETENTION_DAYS
    files = "SELECT unnest(ARRAY[file_id, outcome_id]) FROM plan_import WHERE id = CAST(:import AS uuid)"
    kept = await rows(files, **{"import": import_id})
    assert await rows(_FILES.text, ids=kept) == [2]
    purge = interchange_jobs(FileStore(service.settings.file_key_bytes()))[PURGE]
    for _ in range(2):  # a job may run twice
        await purge(Context(service, **{"import": import_id}))
    assert await rows(_FILES.text, ids=kept) == [0]
    assert (await judged.read())["state"] == "erased"
