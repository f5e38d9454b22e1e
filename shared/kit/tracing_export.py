"""The exporter of spans; loaded by those processes alone that have a collector."""

import logging
import threading

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

# What waits for the collector; the rest is dropped, since a collector that is away must not cost memory.
_QUEUE = 4096
_EVERY_MS = 1000
_PATIENCE = 3.0


class Exporting:
    """Sends the spans of `part` (web, worker) of `service` to the collector at `endpoint` (OTLP over HTTP), from a
    thread of its own.

    `ratio` of the traces that begin here are recorded; one that a caller began is recorded if the caller records it.
    """

    def __init__(self, service: str, part: str, endpoint: str, ratio: float) -> None:
        # A collector that is away is no event of ours; its own monitoring tells.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        named = {"service.name": service, "service.namespace": "startklar", "startklar.part": part}
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(ratio)), resource=Resource.create(named), shutdown_on_exit=False
        )
        self._exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_PATIENCE)
        processor = BatchSpanProcessor(self._exporter, max_queue_size=_QUEUE, schedule_delay_millis=_EVERY_MS)
        self._provider.add_span_processor(processor)
        self.tracer = self._provider.get_tracer("startklar")

    def stop(self) -> None:
        """Send what waits, and end; a collector that is away keeps nobody from ending."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(_PATIENCE)
        if ending.is_alive():
            self._exporter.shutdown()  # type: ignore[no-untyped-call]
