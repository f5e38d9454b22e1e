"""The long and the periodic work of sync, feature by feature."""

from collections.abc import Mapping

from services.sync.outbound import tasks as outbound
from services.sync.platform import tasks as platform
from services.sync.run import tasks as runs
from services.sync.settings import Settings
from services.sync.upload import tasks as uploads
from shared.queue import JobHandler, Schedule

SCHEDULE: tuple[Schedule, ...] = ()


def jobs(settings: Settings) -> Mapping[str, JobHandler]:
    """What the worker can do, by the kind of job."""
    return {
        **runs.handlers(settings),
        **uploads.handlers(settings),
        **platform.handlers(settings),
        **outbound.handlers(settings),
    }
