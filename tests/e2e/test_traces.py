"""One trace, from the browser's request to the subscriber's webhook, with nobody in it."""

import secrets
from collections.abc import Callable, Iterator

import pytest

from cli.demo.listener import Listener
from tests.e2e.house import ADMIN, LEADER, House, wait
from tests.e2e.projects import PLAN, PROJECTS
from tests.support.collector import Collector, Seen

pytestmark = pytest.mark.stack

INSTANTIATED = "projects.project.instantiated.v1"


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.stop()


def test_one_trace_leads_from_the_browser_over_every_process_to_the_subscriber(
    house: House, collector: Collector, listener: Listener
) -> None:
    body = {"url": listener.url, "description": "e2e", "eventTypes": [INSTANTIATED]}
    listener.secret = house.made("/webhooks/v1/endpoints", body, ADMIN)["secret"]
    trace, browser = secrets.token_hex(16), secrets.token_hex(8)

    made = house.ask("POST", PROJECTS, json=PLAN, headers={"traceparent": f"00-{trace}-{browser}-01"})
    assert made.status_code == 201, made.text
    assert made.headers["traceparent"][3:35] == trace, "whoever reports a fault can name the trace"
    listener.wait_for(lambda event: bool(event["data"]["projectId"] == made.json()["id"]))

    def one(service: str, part: str, name: str) -> Callable[[], list[Seen]]:
        return lambda: [
            each for each in collector.of(trace) if (each.service, each.part, each.name) == (service, part, name)
        ]

    gateway, server = one("gateway", "", "POST projects"), one("projects", "web", f"POST {PROJECTS}")
    applied = one("webhooks", "worker", f"apply {INSTANTIATED}")
    delivered = one("webhooks", "worker", "deliver webhook")
    wait(lambda: all(find() for find in (gateway, server, applied, delivered)), "the spans arrive", seconds=15)
    chain = [gateway()[0], server()[0], applied()[0], delivered()[0]]
    assert [each.parent for each in chain] == [browser, *(each.id for each in chain[:-1])]
    assert server()[0].attributes["http.response.status_code"] == 201
    assert delivered()[0].attributes["startklar.outcome"] == 204
    inside = {(each.service, each.parent) for each in collector.of(trace) if each.name == "transaction"}
    assert {("projects", server()[0].id), ("webhooks", delivered()[0].id)} <= inside
    sent = {f"00-{trace}-{each.id}-01" for each in delivered()}
    assert listener.traceparents[-1] in sent, "the subscriber can go on with it"
    sequenced = [each for each in collector.spans if each.name == "sequence" and trace in each.links]
    assert [each.service for each in sequenced] == ["projects"]


def test_a_trace_that_the_caller_does_not_record_is_followed_and_not_recorded(
    house: House, collector: Collector
) -> None:
    unrecorded, recorded = secrets.token_hex(16), secrets.token_hex(16)
    for trace, flag in ((unrecorded, "00"), (recorded, "01")):
        answer = house.ask("GET", PROJECTS, LEADER, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-{flag}"})
        assert answer.headers["traceparent"][3:35] == trace
    wait(lambda: len(collector.of(recorded)) >= 3, "the spans arrive", seconds=15)
    assert collector.of(unrecorded) == []


def test_polls_and_probes_are_no_traces(collector: Collector) -> None:
    names = {span.name for span in collector.spans}
    assert not [name for name in names if "/internal/events" in name or name.endswith(("/livez", "/readyz"))]
    assert not [span for span in collector.spans if span.name == "transaction" and not span.parent]
