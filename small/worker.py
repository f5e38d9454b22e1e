"""The worker process of the profile `small`: the worker of every service, side by side in one event loop."""

from services.identity import worker as identity
from services.projects import worker as projects
from services.sync import worker as sync
from services.training import worker as training
from services.webhooks import worker as webhooks
from shared.queue.together import run_workers
from small.settings import Settings

WORKERS = (identity, projects, sync, training, webhooks)


def main() -> None:
    """Run until SIGTERM or SIGINT, then drain."""
    settings = Settings()
    probes = (settings.metrics_host, settings.metrics_port) if settings.metrics_port else None
    run_workers("small", [module.build() for module in WORKERS], probes)


if __name__ == "__main__":
    main()
