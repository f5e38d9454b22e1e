"""Events and long work between services: outbox, sequencer, feed, consumer, leased jobs, the worker process.

The only package that knows arq. What a service uses stands in `__all__`.
"""

from shared.contracts.base import EventEnvelope
from shared.queue.child import ChildFailed, run_in_child
from shared.queue.consumer import Handler, Handlers, reset_feed
from shared.queue.faults import WorkTooLarge, WorkTooLong
from shared.queue.feed import FeedPage, read_feed
from shared.queue.jobs import cancel_job, start_job
from shared.queue.outbox import publish
from shared.queue.parking import replay_parked
from shared.queue.runner import JobContext, JobHandler, LeaseTiming
from shared.queue.schedule import Schedule
from shared.queue.source import TokenSource
from shared.queue.wakeups import nudge
from shared.queue.worker import WorkerSpec, run_worker

__all__ = [
    "ChildFailed", "EventEnvelope", "FeedPage", "Handler", "Handlers", "JobContext", "JobHandler", "LeaseTiming",
    "Schedule", "TokenSource", "WorkTooLarge", "WorkTooLong", "WorkerSpec", "cancel_job", "nudge", "publish",
    "read_feed", "replay_parked", "reset_feed", "run_in_child", "run_worker", "start_job",
]  # fmt: skip
