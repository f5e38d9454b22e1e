"""What dashboards and alerts ask for is what running processes tell, under these names and with these labels."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cli.alerts import rules
from cli.backup.telling import METRICS
from cli.dashboard_panels import DASHBOARDS
from cli.kubernetes import RULES
from services.sync.verification.news import DRIFT
from shared.queue.metrics import Metrics
from tests.e2e.house import ADMIN, House, wait
from tests.e2e.projects import PROJECTS, plan
from tests.gateway.running import free_port
from tests.support.prometheus import Prometheus, prometheus

pytestmark = pytest.mark.stack

# What Prometheus itself adds, and what a histogram's series have.
_ALWAYS = {"service", "instance", "job", "namespace", "pod", "le", "alertname", "severity", "alertstate"}


@pytest.fixture(scope="module")
def ports(house: House) -> dict[str, tuple[str, int]]:
    """Where each process tells: its name -> its service, its port. Something of every kind has happened there."""
    project = plan(house)
    house.read(f"{PROJECTS}/{project['id']}")
    house.read("/sync/v1/uploads", ADMIN)
    body = {"url": "http://127.0.0.1:9/", "description": "", "eventTypes": ["projects.project.instantiated.v1"]}
    endpoint = house.made("/webhooks/v1/endpoints", body, ADMIN)
    plan(house)
    known: dict[str, int] = json.loads(house.places.ports.read_text())
    found = {
        name.removesuffix("-metrics"): (name.split("-")[0], port)
        for name, port in known.items()
        if name.endswith("-metrics") and name != "demo-idp-metrics"
    }
    wait(lambda: 'attempts_total{outcome="none"}' in _page(found["webhooks-worker"][1]), "a delivery was tried")
    version = house.ask("GET", f"/webhooks/v1/endpoints/{endpoint['id']}", ADMIN).headers["etag"]
    house.ask("DELETE", f"/webhooks/v1/endpoints/{endpoint['id']}", ADMIN, headers={"If-Match": version})
    return found


def _page(port: int) -> str:
    return httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).raise_for_status().text


def _asked() -> Iterator[str]:
    for board in DASHBOARDS:
        for panel in board.panels:
            yield from (ask for ask, _ in panel.asks)
    for group in rules()["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def test_every_metric_and_label_that_is_asked_for_is_told(ports: dict[str, tuple[str, int]]) -> None:
    labels: dict[str, set[str]] = {"ALERTS": set(), DRIFT.name: set(DRIFT.labels)}
    labels |= {name: set() for name in METRICS}  # told by who follows backups, which nobody does here
    # What has not happened tells nothing yet but its name; the code says with which labels it would.
    for collector, told in Metrics().registry._collector_to_names.items():
        for name in told:
            labels.setdefault(name, set()).update(getattr(collector, "_labelnames", ()))
    for _, port in ports.values():
        for family in text_string_to_metric_families(_page(port)):
            labels.setdefault(family.name, set())
            labels.setdefault(f"{family.name}_total", set())
            for sample in family.samples:
                labels.setdefault(sample.name, set()).update(sample.labels)
    for expression in _asked():
        names = set(re.findall(r"\b((?:startklar|process)_\w+|ALERTS)\b", expression))
        if not names:
            continue  # of somebody else, CloudNativePG for one
        assert names <= labels.keys(), names - labels.keys()
        wanted = {one for group in re.findall(r"by \(([^)]*)\)", expression) for one in re.split(r",\s*", group)}
        wanted |= set(re.findall(r"(\w+)=~?\"", expression))
        known = _ALWAYS.union(*(labels[name] for name in names))
        assert wanted <= known, (expression, wanted - known)


def test_no_metric_names_a_person_a_path_or_a_secret(ports: dict[str, tuple[str, int]]) -> None:
    for _, port in ports.values():
        for family in text_string_to_metric_families(_page(port)):
            for sample in family.samples:
                for label, value in sample.labels.items():
                    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|@|\d{6}", value), (sample.name, label, value)


def test_prometheus_answers_every_panel_from_the_running_processes(
    ports: dict[str, tuple[str, int]], house: House, tmp_path: Path
) -> None:
    with prometheus(tmp_path, ports, free_port(), RULES) as server:
        wait(lambda: len(server.ask("up == 1")) == len(ports), "every process is read", seconds=30)
        for _ in range(4):
            plan(house)
        # What is silent as it should be: nothing failed, was refused or set aside.
        refused = ('status=~"5.."', 'status="503"', 'state="failed"', 'outcome="2xx"')
        quiet = (*refused, "violations", "parked", "drift", *METRICS)

        def missing() -> list[str]:
            return [one for one in _silent(server) if not any(word in one for word in quiet)]

        wait(lambda: not missing(), f"every panel shows something, but {missing()}", seconds=30)
        assert server.ask('ALERTS{alertstate="firing"}') == []


def _silent(server: Prometheus) -> list[str]:
    return [
        one
        for one in _asked()
        if "startklar_" in one and " > " not in one and not server.ask(one.replace("$service", ".+"))
    ]
