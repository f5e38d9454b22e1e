"""The worker of the webhooks service: consumes every owner's feed, sends deliveries, drops what is old."""

from services.webhooks import models  # noqa: F401 - every table is known before the first query
from services.webhooks.delivery.dispatcher import WAITING, dispatch, purge
from services.webhooks.delivery.tasks import all_handlers
from services.webhooks.settings import Settings
from shared.auth.service_tokens import build_token_source
from shared.queue.worker import WorkerSpec, run_worker

SPEC = WorkerSpec(
    service="webhooks",
    settings=Settings,
    consumes=all_handlers(),
    tokens=build_token_source,
    background=[dispatch, purge],
    measures=[WAITING],
)


def build() -> tuple[WorkerSpec, Settings]:
    """The worker and its settings, from the environment."""
    return SPEC, Settings()


if __name__ == "__main__":
    run_worker(*build())
