"""The long and the periodic work of training, feature by feature."""

from collections.abc import Mapping
from datetime import timedelta

from services.training.coverage.tasks import REFRESH, refresh_all
from services.training.roster.tasks import FOLLOW, follow_roster
from services.training.session.tasks import SETTLE, settle_all
from services.training.settings import Settings
from shared.queue import JobHandler, Schedule
from shared.queue.changes import ChangeFeed

SCHEDULE: tuple[Schedule, ...] = (
    Schedule(REFRESH, every=timedelta(hours=6)),
    Schedule(SETTLE, every=timedelta(minutes=1)),
)


def jobs(settings: Settings, feed: ChangeFeed) -> Mapping[str, JobHandler]:
    """What the worker can do, by the kind of job; `feed` reads the change feeds of other services."""
    return {
        FOLLOW: follow_roster(feed),
        REFRESH: refresh_all,
        SETTLE: settle_all,
    }
