"""The chart, rendered as Helm does, and what is in it by kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import helm_python as helm
import yaml

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "startklar"
RELEASE = "sk"
URL = "https://api.startklar.test"
EVERYTHING: dict[str, Any] = {
    "publicUrl": URL,
    "image": {"pullSecrets": [{"name": "registry"}]},
    "secrets": {"mode": "external", "external": {"store": {"name": "vault"}}},
    "postgres": {
        "cluster": {
            "backup": {
                "destinationPath": "s3://backups/startklar",
                "endpointURL": "https://s3.test",
                "serverName": "two",
            },
            "recovery": {"serverName": "sk-postgres", "targetTime": "2026-11-22T13:05:00Z"},
        }
    },
    "gateway": {"corsOrigins": ["https://app.startklar.test"], "gatewayApi": {"issuer": "letsencrypt"}},
    "autoscaling": {"keda": {"enabled": True}},
    "monitoring": {
        "serviceMonitors": True,
        "rules": True,
        "dashboards": True,
        "otlpEndpoint": "http://collector.monitoring:4318",
        "labels": {"release": "prometheus"},
    },
    "settings": {"TRAINING_MAIL_HOST": "smtp.startklar.test"},
}
ELSEWHERE: dict[str, Any] = {
    "publicUrl": URL,
    "postgres": {"mode": "external", "external": {"cidrs": ["203.0.113.5/32"]}},
    "redis": {"mode": "external", "external": {"cidrs": ["203.0.113.6/32"], "port": 6380}},
    "backup": {"follow": "all", "storage": "200Gi", "storageClass": "elsewhere"},
    "gateway": {"exposure": "clusterIp", "from": ["ingress-nginx"]},
}


def of_file(name: str) -> dict[str, Any]:
    """The values of a profile that comes with the chart."""
    return {"publicUrl": URL} | dict(yaml.safe_load((CHART / name).read_text()))


PROFILES: Mapping[str, dict[str, Any]] = {
    "default": {"publicUrl": URL},
    "small": of_file("values-small.yaml"),
    "large": of_file("values-large.yaml"),
    "everything": EVERYTHING,
    "elsewhere": ELSEWHERE,
}


@dataclass(frozen=True)
class Release:
    """What one profile makes; `notes` is what the operator reads after the installation."""

    objects: tuple[dict[str, Any], ...]
    notes: str

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        return [one for one in self.objects if one["kind"] in kinds]

    def named(self, kind: str, name: str) -> dict[str, Any]:
        [found] = [one for one in self.of(kind) if one["metadata"]["name"] == f"{RELEASE}-{name}"]
        return found

    def pods(self) -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
        """(name of what makes it, pod spec, labels) of every pod that is ours."""
        for one in self.of("Deployment", "StatefulSet", "Job"):
            template = one["spec"]["template"]
            yield one["metadata"]["name"], template["spec"], template["metadata"]["labels"]
        for one in self.of("CronJob"):
            template = one["spec"]["jobTemplate"]["spec"]["template"]
            yield one["metadata"]["name"], template["spec"], template["metadata"]["labels"]
        for one in self.of("Pod"):
            yield one["metadata"]["name"], one["spec"], one["metadata"]["labels"]


def render(values: dict[str, Any], called: str = RELEASE) -> Release:
    """Raises helm.HelmError for values that the chart's schema refuses."""
    chart = helm.Chart.load(CHART)
    chart.validate_schema(values)
    files = chart.render(values, name=called, namespace="rollout", is_install=True)
    objects = [
        one
        for name, text in sorted(files.items())
        if name.endswith(".yaml")
        for one in yaml.safe_load_all(text)
        if one is not None
    ]
    notes = next(text for name, text in files.items() if name.endswith("NOTES.txt"))
    return Release(tuple(objects), notes)


@cache
def release(profile: str) -> Release:
    """What a profile makes."""
    return render(PROFILES[profile])


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", ()), *pod["containers"]]


def matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    chosen = all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", ()))
    return wanted and chosen
