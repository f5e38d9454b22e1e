"""Spans: where they begin, what they hang on, and that nothing is recorded for nobody."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog

from shared.kit import tracing
from shared.kit.tracing_export import Exporting
from shared.kit.tracing_http import TracedTransport
from tests.support.collector import Collector, collecting

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNRECORDED = f"{PARENT[:-2]}00"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def _record(collector: Collector, ratio: float = 1) -> Exporting:
    exporting = Exporting("toy", "worker", collector.url, ratio)
    tracing.record_with(exporting)
    return exporting


async def _echo(request: httpx.Request) -> httpx.Response:
    return httpx.Response(404, headers={"seen": request.headers["traceparent"]})


async def test_work_steps_and_calls_are_one_trace_and_a_fault_is_named_by_its_kind_alone(collector: Collector) -> None:
    exporting = _record(collector)
    client = httpx.AsyncClient(transport=TracedTransport(httpx.MockTransport(_echo)), base_url="http://sync:8000")
    with pytest.raises(ValueError, match="Testsson"), tracing.work("job x", "consumer", PARENT) as spot:
        assert structlog.contextvars.get_contextvars()["trace"] == PARENT[3:35]
        seen = (await client.get("/internal/changes?name=Testsson")).headers["seen"]
        step = tracing.step("transaction", "client")
        assert step is not None
        step.end()
        raise ValueError("Testsson")
    exporting.stop()
    work = next(span for span in collector.spans if span.name == "job x")
    call = next(span for span in collector.spans if span.name == "GET sync")
    assert (work.trace, work.parent, work.failed) == (PARENT[3:35], PARENT[36:52], True)
    assert work.attributes == {"error.type": "ValueError"}
    assert {span.parent for span in collector.spans if span is not work} == {work.id}
    assert seen == f"00-{work.trace}-{call.id}-01"
    assert call.attributes["http.response.status_code"] == 404
    assert spot.traceparent[36:52] == work.id
    assert b"Testsson" not in b"".join(collector.raw)
    assert tracing.here() is None


@pytest.mark.parametrize(
    ("ratio", "given", "is_recorded"), [(0, PARENT, True), (1, UNRECORDED, False), (0, None, False), (1, None, True)]
)
async def test_the_caller_decides_and_else_the_ratio(
    collector: Collector, ratio: float, given: str | None, is_recorded: bool
) -> None:
    exporting = _record(collector, ratio)
    with tracing.work("apply x", "consumer", given) as spot:
        assert (tracing.step("transaction") is not None) is is_recorded
    tracing.batch("sequence", [spot.traceparent])
    exporting.stop()
    assert {span.name for span in collector.spans} == ({"apply x", "sequence"} if is_recorded else set())
    assert spot.traceparent.endswith("-01" if is_recorded else "-00")


async def test_without_a_collector_the_trace_is_handed_on_as_it_came() -> None:
    tracing.record_with(None)
    with tracing.work("apply x", "consumer", PARENT) as spot:
        assert spot.traceparent == PARENT
        assert tracing.step("transaction") is None
        client = httpx.AsyncClient(transport=TracedTransport(httpx.MockTransport(_echo)), base_url="http://sync")
        assert (await client.get("/")).headers["seen"] == PARENT
    poll = (await client.get("/")).headers["seen"]
    assert poll.endswith("-00"), "a poll is nobody's and is recorded by nobody"


async def test_a_collector_that_is_away_costs_no_time_and_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    exporting = Exporting("toy", "worker", "http://127.0.0.1:9", 1)
    tracing.record_with(exporting)
    begun = time.perf_counter()
    for _ in range(5000):
        with tracing.work("apply x", "consumer", None):
            pass
    assert time.perf_counter() - begun < 5
    begun = time.perf_counter()
    await asyncio.to_thread(exporting.stop)
    assert time.perf_counter() - begun < 10, "a process ends in time"
    told: Any = capsys.readouterr()
    assert "127.0.0.1" not in told.out + told.err


@pytest.mark.parametrize("given", [None, "", "00-zz", f"ff{PARENT[2:]}", f"00-{'0' * 32}-b7ad6b7169203331-01"])
def test_a_header_that_is_none_begins_a_new_trace(given: str | None) -> None:
    fresh = tracing.child_of(given)
    assert len(fresh) == 55
    assert fresh[3:35] != PARENT[3:35]
