"""The worker of training: follows the roster and removed access, publishes coverage."""

from services.training import models  # noqa: F401 - every table is known before the first query
from services.training.access.tasks import on_platform_compared
from services.training.calendar.tasks import on_access_revoked, on_bulk_access_revoked
from services.training.forgetting import on_person_protected
from services.training.jobs import SCHEDULE, jobs
from services.training.roster.tasks import on_roster_applied
from services.training.settings import Settings
from services.training.signal.tasks import on_training_changed
from shared.auth.assurance import record_rule
from shared.auth.service_tokens import build_token_source
from shared.contracts.identity import AccessRevoked, BulkAccessRevoked
from shared.contracts.identity_assurance import AssurancePolicyChanged
from shared.contracts.sync import PersonProtected, RosterApplied
from shared.contracts.sync_privacy import RetentionChanged
from shared.contracts.sync_verification import PlatformCompared
from shared.contracts.training import CoverageChanged, EnrolmentChanged, SessionChanged, SessionScheduled
from shared.contracts.training_planning import AvailabilityChanged
from shared.queue import WorkerSpec, run_worker
from shared.queue.changes import ChangeFeed
from shared.queue.retention import record_retention


def worker_spec(settings: Settings, feed: ChangeFeed) -> WorkerSpec:
    """What this worker does; `feed` reads the change feeds of other services."""
    return WorkerSpec(
        service="training",
        settings=Settings,
        consumes={
            "sync": {
                RosterApplied: on_roster_applied,
                PersonProtected: on_person_protected,
                PlatformCompared: on_platform_compared,
                RetentionChanged: record_retention,
            },
            "training": {
                EnrolmentChanged: on_training_changed,
                SessionScheduled: on_training_changed,
                SessionChanged: on_training_changed,
                CoverageChanged: on_training_changed,
                AvailabilityChanged: on_training_changed,
            },
            "identity": {
                AccessRevoked: on_access_revoked,
                BulkAccessRevoked: on_bulk_access_revoked,
                AssurancePolicyChanged: record_rule,
            },
        },
        jobs=jobs(settings, feed),
        schedule=SCHEDULE,
        tokens=build_token_source,
    )


def build() -> tuple[WorkerSpec, Settings]:
    """The worker and its settings, from the environment."""
    settings = Settings()
    feed = ChangeFeed(settings.service_urls, build_token_source(settings))
    return worker_spec(settings, feed), settings


if __name__ == "__main__":
    run_worker(*build())
