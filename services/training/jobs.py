"""The long and the periodic work of training, feature by feature."""

from collections.abc import Mapping
from datetime import timedelta

from services.training.access.tasks import FOLLOW as FOLLOW_ACCESS
from services.training.access.tasks import FOLLOW_LOGINS, follow_access, follow_logins
from services.training.address.service import AddressSeal
from services.training.attendance.tasks import CLOSE, GATHER, close_all, gather
from services.training.catchup.tasks import CATCH_UP, catch_up_all
from services.training.certificate.tasks import ISSUE, issue_all
from services.training.coverage.tasks import REFRESH, refresh_all
from services.training.feedback.tasks import GATHER as GATHER_FEEDBACK
from services.training.feedback.tasks import gather_feedback
from services.training.forgetting import release_seats
from services.training.invitation.tasks import INVITATION_SCHEDULE, invitation_jobs
from services.training.issuer.service import Issuer
from services.training.obligation.tasks import OBLIGE, follow_all
from services.training.proposal.tasks import SOLVE, solve_plan
from services.training.roster.tasks import FOLLOW, follow_roster
from services.training.session.tasks import SETTLE, settle_all
from services.training.settings import Settings
from services.training.signal.service import REFRESH as REFRESH_SIGNALS
from services.training.signal.tasks import SWEEP, refresh_signals, sweep_signals
from services.training.statement.tasks import TELL as TELL_STORES
from services.training.statement.tasks import tell_stores
from shared.queue import JobHandler, Schedule
from shared.queue.changes import ChangeFeed
from shared.queue.retention import RETENTION_SCHEDULE, retention_jobs

SCHEDULE: tuple[Schedule, ...] = (
    Schedule(REFRESH, every=timedelta(hours=6)),
    Schedule(SETTLE, every=timedelta(minutes=1)),
    *INVITATION_SCHEDULE,
    Schedule(CLOSE, every=timedelta(minutes=10)),
    Schedule(CATCH_UP, every=timedelta(hours=1)),
    Schedule(ISSUE, every=timedelta(minutes=1)),
    Schedule(SWEEP, every=timedelta(minutes=15)),
    Schedule(FOLLOW_LOGINS, every=timedelta(minutes=15)),
    Schedule(TELL_STORES, every=timedelta(minutes=1)),
    Schedule(OBLIGE, every=timedelta(hours=1)),
    *RETENTION_SCHEDULE,
)


def jobs(settings: Settings, feed: ChangeFeed) -> Mapping[str, JobHandler]:
    """What the worker can do, by the kind of job; `feed` reads the change feeds of other services."""
    return {
        FOLLOW: follow_roster(feed, AddressSeal(settings.file_key_bytes()), release_seats),
        FOLLOW_ACCESS: follow_access(feed),
        FOLLOW_LOGINS: follow_logins(feed),
        REFRESH_SIGNALS: refresh_signals,
        SWEEP: sweep_signals,
        REFRESH: refresh_all,
        SETTLE: settle_all,
        SOLVE: solve_plan,
        **invitation_jobs(settings),
        CLOSE: close_all,
        GATHER: gather,
        CATCH_UP: catch_up_all,
        ISSUE: issue_all(Issuer.build(settings.file_key_bytes(), settings.public_url)),
        GATHER_FEEDBACK: gather_feedback,
        OBLIGE: follow_all,
        TELL_STORES: tell_stores(settings),
        **retention_jobs("training"),
    }
