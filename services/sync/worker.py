"""The worker of the sync service: reads deliveries, applies plans, erases old files, follows removed access."""

from services.sync import forgetting, models  # noqa: F401 - every table and who forgets is known from the start
from services.sync.jobs import SCHEDULE, jobs
from services.sync.loginscope.tasks import on_login_scope_removed, on_login_scope_verified
from services.sync.settings import Settings
from services.sync.verification.news import DRIFT
from shared.auth.assurance import record_rule
from shared.auth.cutoffs import record_cutoff, record_cutoffs
from shared.auth.service_tokens import build_token_source
from shared.contracts.identity import AccessRevoked, BulkAccessRevoked
from shared.contracts.identity_account import LoginScopeRemoved, LoginScopeVerified
from shared.contracts.identity_assurance import AssurancePolicyChanged
from shared.queue import WorkerSpec, run_worker


def worker_spec(settings: Settings) -> WorkerSpec:
    """What this worker does."""
    return WorkerSpec(
        service="sync",
        settings=Settings,
        consumes={
            "identity": {
                AccessRevoked: record_cutoff,
                BulkAccessRevoked: record_cutoffs,
                LoginScopeVerified: on_login_scope_verified,
                LoginScopeRemoved: on_login_scope_removed,
                AssurancePolicyChanged: record_rule,
            }
        },
        jobs=jobs(settings),
        schedule=SCHEDULE,
        measures=[DRIFT],
        tokens=build_token_source,
    )


def build() -> tuple[WorkerSpec, Settings]:
    """The worker and its settings, from the environment."""
    settings = Settings()
    return worker_spec(settings), settings


if __name__ == "__main__":
    run_worker(*build())
