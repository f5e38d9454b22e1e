"""The worker of the projects service: takes in signals and units, and publishes what plans and gates do."""

from pathlib import Path

from services.projects import models  # noqa: F401 - every table is known before the first query
from services.projects.attachment.tasks import attachment_jobs
from services.projects.datarequest.tasks import data_request_jobs
from services.projects.feed.tasks import on_access_revoked, on_bulk_access_revoked
from services.projects.governance.tasks import GOVERNANCE_SCHEDULE, governance_jobs
from services.projects.history.tasks import history_jobs
from services.projects.instantiation.tasks import instantiation_jobs
from services.projects.intake.tasks import (
    jobs,
    on_coverage_changed,
    on_login_method_told,
    on_register_told,
    on_training_told,
)
from services.projects.interchange.tasks import interchange_jobs
from services.projects.notice.tasks import NOTICE_SCHEDULE, Post, notice_jobs
from services.projects.settings import Settings
from services.projects.survey.tasks import survey_jobs
from shared.auth.assurance import record_rule
from shared.auth.service_tokens import build_token_source
from shared.contracts.identity import AccessRevoked, BulkAccessRevoked
from shared.contracts.identity_assurance import AssurancePolicyChanged
from shared.contracts.identity_login import LoginMethodLapsed, LoginMethodVerified
from shared.contracts.training import CoverageChanged
from shared.kit.files import FileStore
from shared.queue import WorkerSpec, run_worker
from shared.queue.changes import ChangeFeed
from shared.queue.retention import RETENTION_SCHEDULE, retention_jobs
from shared.queue.sealing import SEALING_SCHEDULE


def worker_spec(
    feed: ChangeFeed, key_file: Path | None = None, store: FileStore | None = None, post: Post | None = None
) -> WorkerSpec:
    """What this worker does: `feed` reads other services, `key_file` signs, `store` holds documents, `post` mails."""
    return WorkerSpec(
        service="projects",
        settings=Settings,
        consumes={
            "sync": on_register_told,
            "training": {CoverageChanged: on_coverage_changed, **on_training_told},
            "identity": {
                AccessRevoked: on_access_revoked,
                BulkAccessRevoked: on_bulk_access_revoked,
                AssurancePolicyChanged: record_rule,
                LoginMethodVerified: on_login_method_told,
                LoginMethodLapsed: on_login_method_told,
            },
        },
        jobs={
            **jobs(feed),
            **governance_jobs(),
            **instantiation_jobs(),
            **history_jobs(key_file),
            **attachment_jobs(store),
            **interchange_jobs(store),
            **data_request_jobs(),
            **survey_jobs(),
            **notice_jobs(post),
            **retention_jobs("projects"),
        },
        schedule=(*SEALING_SCHEDULE, *GOVERNANCE_SCHEDULE, *NOTICE_SCHEDULE, *RETENTION_SCHEDULE),
        tokens=build_token_source,
    )


def build() -> tuple[WorkerSpec, Settings]:
    """The worker and its settings, from the environment."""
    settings = Settings()
    feed, store = ChangeFeed(settings.service_urls, build_token_source(settings)), FileStore(settings.file_key_bytes())
    return worker_spec(feed, settings.client_key_file, store, Post.of(settings)), settings


if __name__ == "__main__":
    run_worker(*build())
