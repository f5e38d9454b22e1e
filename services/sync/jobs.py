"""The long and the periodic work of sync, feature by feature."""

from collections.abc import Mapping

from services.sync.copy import tasks as copies
from services.sync.copy.tasks import COPY_SCHEDULE
from services.sync.evidence import tasks as evidence
from services.sync.fetching import tasks as fetching
from services.sync.fetching.tasks import FETCHING_SCHEDULE
from services.sync.outbound import tasks as outbound
from services.sync.platform import tasks as platform
from services.sync.register import tasks as registers
from services.sync.register.tasks import REGISTER_SCHEDULE
from services.sync.run import forgetting as plans
from services.sync.run import tasks as runs
from services.sync.settings import Settings
from services.sync.statistic import tasks as statistics
from services.sync.subject import tasks as subjects
from services.sync.tombstone import tasks as tombstones
from services.sync.tombstone.tasks import TOMBSTONE_SCHEDULE
from services.sync.undo import tasks as undos
from services.sync.upload import tasks as uploads
from services.sync.verification import tasks as verification
from shared.queue import JobHandler, Schedule
from shared.queue.retention import RETENTION_SCHEDULE, retention_jobs

SCHEDULE: tuple[Schedule, ...] = (
    *TOMBSTONE_SCHEDULE,
    *FETCHING_SCHEDULE,
    *COPY_SCHEDULE,
    *REGISTER_SCHEDULE,
    *RETENTION_SCHEDULE,
)


def jobs(settings: Settings) -> Mapping[str, JobHandler]:
    """What the worker can do, by the kind of job."""
    return {
        **runs.handlers(settings),
        **plans.HANDLERS,
        **undos.handlers(),
        **tombstones.handlers(),
        **uploads.handlers(settings),
        **fetching.handlers(settings),
        **copies.handlers(settings),
        **registers.handlers(settings),
        **platform.handlers(settings),
        **verification.handlers(settings),
        **evidence.HANDLERS,
        **outbound.handlers(settings),
        **statistics.HANDLERS,
        **subjects.handlers(settings),
        **retention_jobs("sync"),
    }
