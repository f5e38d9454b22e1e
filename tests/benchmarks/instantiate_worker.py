"""A worker that only makes plans: the real queue and the real job, without the feeds of services that are not there."""

from services.projects import models  # noqa: F401 - every table is known before the first query
from services.projects.instantiation.tasks import instantiation_jobs
from services.projects.settings import Settings
from shared.queue import WorkerSpec, run_worker

if __name__ == "__main__":
    run_worker(WorkerSpec(service="projects", settings=Settings, jobs=instantiation_jobs()))
