"""The worker of identity: follows the roster, rotates keys, forgets what has expired, publishes events."""

from services.identity import models  # noqa: F401 - every table is known before the first query
from services.identity.decision.tasks import on_decision_taken
from services.identity.jobs import SCHEDULE, jobs
from services.identity.policy.tasks import on_basis_superseded
from services.identity.roster.tasks import on_person_protected, on_roster_applied
from services.identity.settings import Settings
from shared.auth.service_tokens import build_token_source
from shared.contracts.projects_steering import DecisionSuperseded, DecisionTaken
from shared.contracts.sync import PersonProtected, RosterApplied
from shared.contracts.sync_privacy import RetentionChanged
from shared.queue import WorkerSpec, run_worker
from shared.queue.changes import ChangeFeed
from shared.queue.retention import record_retention


def worker_spec(feed: ChangeFeed, settings: Settings) -> WorkerSpec:
    """What this worker does; `feed` reads the change feeds of other services."""
    return WorkerSpec(
        service="identity",
        settings=Settings,
        consumes={
            "sync": {
                RosterApplied: on_roster_applied,
                PersonProtected: on_person_protected,
                RetentionChanged: record_retention,
            },
            "projects": {DecisionTaken: on_decision_taken, DecisionSuperseded: on_basis_superseded},
        },
        jobs=jobs(feed, settings),
        schedule=SCHEDULE,
        tokens=build_token_source,
    )


def build() -> tuple[WorkerSpec, Settings]:
    """The worker and its settings, from the environment."""
    settings = Settings()
    feed = ChangeFeed(settings.service_urls, build_token_source(settings))
    return worker_spec(feed, settings), settings


if __name__ == "__main__":
    run_worker(*build())
