"""The chart keeps what it promises, in every profile: each promise is one test."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import helm_python as helm
import jsonschema
import kubernetes_validate
import pytest
import yaml

from cli.capacity.model import Measured, plan, read_assumptions
from cli.gateway import SERVICES
from cli.releases.release import latest
from shared.kit.settings import ServiceSettings
from shared.queue import WorkerSpec
from tests.deploy.chart import (
    CHART,
    ELSEWHERE,
    EVERYTHING,
    PROFILES,
    RELEASE,
    URL,
    Release,
    containers,
    matches,
    release,
    render,
)

OWN_SCHEMAS = Path(__file__).parent / "schemas"
# The oldest version that the chart says it runs on, and a recent one.
VERSIONS = ("1.30", "1.34")
# What requests in flight have at the end (deploy/Dockerfile).
IN_FLIGHT = 20
BACKED_UP_BY_NOBODY = ELSEWHERE | {
    "postgres": ELSEWHERE["postgres"] | {"cluster": {"backup": {"destinationPath": "s3://backups"}}}
}
SECRET = re.compile("DATABASE_URL|REDIS_URL|FILE_KEY$|PASSWORD|SECRET")


@pytest.fixture(params=PROFILES)
def made(request: pytest.FixtureRequest) -> Release:
    return release(request.param)


def amount(text: str) -> int:
    """Bytes."""
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi|Ti)", text).groups()  # type: ignore[union-attr]
    return int(number) << {"Mi": 20, "Gi": 30, "Ti": 40}[unit]


def test_every_object_is_what_kubernetes_or_its_operator_takes(made: Release) -> None:
    for one in made.objects:
        name = f"{one['kind']}-{one['apiVersion'].replace('/', '-')}.json"
        if (OWN_SCHEMAS / name).exists():
            jsonschema.validate(one, json.loads((OWN_SCHEMAS / name).read_text()))
            continue
        for version in VERSIONS:
            kubernetes_validate.validate(one, version, strict=True)


def test_helm_itself_finds_nothing_to_complain_about() -> None:
    found = helm.lint(CHART, EVERYTHING)
    assert found["errors"] == []
    assert [one["error"] for one in found["messages"]] == ["icon is recommended"]


def test_two_objects_never_share_a_name(made: Release) -> None:
    names = [(one["kind"], one["metadata"]["name"]) for one in made.objects]
    assert len(names) == len(set(names))


def test_every_pod_holds_the_restricted_standard(made: Release) -> None:
    for name, pod, labels in made.pods():
        of_pod = pod["securityContext"]
        assert of_pod["runAsNonRoot"] is True, name
        assert of_pod["runAsUser"] > 0, name
        assert of_pod["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), name
        kinds = {kind for volume in pod.get("volumes", ()) for kind in volume if kind != "name"}
        keeps = {"persistentVolumeClaim"} if labels["app.kubernetes.io/name"] == "backup" else set()
        assert kinds <= {"emptyDir", "secret"} | keeps, name
        for container in containers(pod):
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False, name
            assert own["readOnlyRootFilesystem"] is True, name
            assert own["capabilities"] == {"drop": ["ALL"]}, name


def test_every_container_says_what_it_needs_and_what_memory_it_may_take(made: Release) -> None:
    for name, pod, _ in made.pods():
        for container in containers(pod):
            asked, bound = container["resources"]["requests"], container["resources"]["limits"]
            assert {"cpu", "memory"} <= asked.keys(), name
            assert "cpu" not in bound, f"{name}: a bound on CPU makes slow what has nothing to wait for"
            assert amount(asked["memory"]) == amount(bound["memory"]), name


def test_an_outage_of_the_database_restarts_nobody(made: Release) -> None:
    for one in made.of("Deployment"):
        for container in one["spec"]["template"]["spec"]["containers"]:
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
            alive = container["livenessProbe"].get("httpGet", {}).get("path", "")
            assert alive in ("/livez", "/gateway/health"), one["metadata"]["name"]


def test_requests_in_flight_may_end_before_a_pod_does(made: Release) -> None:
    for one in made.of("Deployment"):
        pod = one["spec"]["template"]["spec"]
        if one["metadata"]["labels"]["app.kubernetes.io/component"] in ("worker", "backup"):
            assert pod["terminationGracePeriodSeconds"] >= 60
            continue
        [container] = pod["containers"]
        paused = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["terminationGracePeriodSeconds"] > paused + IN_FLIGHT
        assert one["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_selectors_find_their_own_pods_and_no_others(made: Release) -> None:
    pods = {name: labels for name, _, labels in made.pods()}
    for one in made.of("Deployment", "StatefulSet"):
        found = {name for name, labels in pods.items() if matches(one["spec"]["selector"], labels)}
        assert found == {one["metadata"]["name"]}
    for one in made.of("Service"):
        behind = [name for name, labels in pods.items() if one["spec"]["selector"].items() <= labels.items()]
        assert behind == [one["metadata"]["name"]]


def test_a_process_has_its_own_services_secrets_and_nobody_elses(made: Release) -> None:
    for name, pod, labels in made.pods():
        held = {one["secretRef"]["name"] for container in containers(pod) for one in container.get("envFrom", ())}
        values = [one.get("valueFrom", {}) for container in containers(pod) for one in container.get("env", ())]
        held |= {one["secretKeyRef"]["name"] for one in values if one}
        held |= {volume["secret"]["secretName"] for volume in pod.get("volumes", ()) if "secret" in volume}
        of, component = labels["app.kubernetes.io/name"], labels["app.kubernetes.io/component"]
        allowed = {
            "web": {f"{RELEASE}-{of}"},
            "worker": {f"{RELEASE}-{of}"},
            "migration": {f"{RELEASE}-{of}-owner"},
            "provision": {f"{RELEASE}-operator"},
            "redis": {f"{RELEASE}-redis"},
            "backup": {f"{RELEASE}-archive"},
            "restore": {f"{RELEASE}-archive", f"{RELEASE}-operator"},
            "gateway": {f"{RELEASE}-tls"},
        }.get(component, set())
        if (of, component) == ("identity", "web"):  # the public halves, which it registers
            allowed = allowed | {f"{RELEASE}-service-keys"}
        if component == "backup" and "--ledger-only" not in pod["containers"][0]["command"]:
            allowed = allowed | {f"{RELEASE}-operator"}
        assert held <= allowed, name


def test_no_manifest_holds_a_secret(made: Release) -> None:
    assert not made.of("Secret")
    for name, pod, _ in made.pods():
        for container in containers(pod):
            plain = [one["name"] for one in container.get("env", ()) if "value" in one]
            assert not [one for one in plain if re.search("DATABASE_URL|REDIS_URL|FILE_KEY$|PASSWORD|SECRET", one)], (
                name
            )


def test_nothing_calls_or_is_called_but_by_a_policy(made: Release) -> None:
    denial = made.named("NetworkPolicy", "deny")["spec"]
    assert set(denial["policyTypes"]) == {"Ingress", "Egress"}
    assert "ingress" not in denial
    assert "egress" not in denial
    for name, _, labels in made.pods():
        assert matches(denial["podSelector"], labels), name


def test_the_world_is_reached_by_those_alone_that_call_it(made: Release) -> None:
    world = made.named("NetworkPolicy", "world")["spec"]
    reaching = [name for name, _, labels in made.pods() if matches(world["podSelector"], labels)]
    found = {name.removeprefix(f"{RELEASE}-") for name in reaching}
    assert found == {"identity", "identity-worker", "sync", "sync-worker", "training-worker", "webhooks-worker"}
    for rule in world["egress"]:
        for target in rule["to"]:
            assert target["ipBlock"]["except"], "never the networks inside"
    open_wide = {
        one["metadata"]["name"].removeprefix(f"{RELEASE}-")
        for one in made.of("NetworkPolicy")
        for rule in one["spec"].get("egress", ())
        if not rule.get("to")
    }
    assert open_wide <= {"mail"}


def test_mail_leaves_from_those_alone_that_send_it(made: Release) -> None:
    mail = made.named("NetworkPolicy", "mail")["spec"]
    sending = {name for name, _, labels in made.pods() if matches(mail["podSelector"], labels)}
    assert sending == {f"{RELEASE}-projects-worker", f"{RELEASE}-training-worker"}
    assert {one["port"] for rule in mail["egress"] for one in rule["ports"]} == {465, 587}


def test_only_the_gateway_is_called_from_outside(made: Release) -> None:
    for one in made.of("NetworkPolicy"):
        for rule in one["spec"].get("ingress", ()):
            callers = rule.get("from", ())
            inside = callers and all({"podSelector", "namespaceSelector"} & who.keys() for who in callers)
            assert inside or one["metadata"]["name"] == f"{RELEASE}-gateway"
    for service in made.of("Service"):
        is_open = service["spec"].get("type", "ClusterIP") != "ClusterIP"
        assert not is_open or service["metadata"]["name"] == f"{RELEASE}-gateway"


def test_tls_ends_at_one_place(made: Release) -> None:
    """The Gateway API's, or ours where nobody stands before it; plain HTTP from outside is only sent away."""
    gateway = made.named("Deployment", "gateway")["spec"]["template"]["spec"]
    exposed = made.named("Service", "gateway")["spec"]
    ends = exposed.get("type") == "LoadBalancer"
    assert ends == ("--tls=/run/startklar/tls" in gateway["initContainers"][0]["command"])
    assert ends == any(volume.get("secret", {}).get("secretName") == f"{RELEASE}-tls" for volume in gateway["volumes"])
    assert {one["port"]: one["targetPort"] for one in exposed["ports"]} == (
        {80: "http", 443: "https"} if ends else {80: "http"}
    )
    [container] = gateway["containers"]
    assert {probe["httpGet"]["port"] for name, probe in container.items() if name.endswith("Probe")} == {
        "https" if ends else "http"
    }
    for one in made.of("Gateway"):
        assert not ends
        [listener] = [each for each in one["spec"]["listeners"] if each["protocol"] == "HTTPS"]
        assert listener["tls"]["certificateRefs"][0]["name"] == f"{RELEASE}-tls"


def test_every_secret_that_a_store_shall_give_is_asked_of_it() -> None:
    made = release("everything")
    asked = {one["spec"]["target"]["name"]: one["spec"]["target"] for one in made.of("ExternalSecret")}
    named = {made.named("Cluster", "postgres")["spec"]["superuserSecret"]["name"]}
    for _, pod, _ in made.pods():
        named |= {one["secretRef"]["name"] for container in containers(pod) for one in container.get("envFrom", ())}
        named |= {volume["secret"]["secretName"] for volume in pod.get("volumes", ()) if "secret" in volume}
    assert named <= asked.keys()
    assert asked[f"{RELEASE}-postgres-superuser"]["template"] == {"type": "kubernetes.io/basic-auth"}


def test_every_service_runs_as_web_worker_and_migration(made: Release) -> None:
    runs = {(labels["app.kubernetes.io/name"], labels["app.kubernetes.io/component"]) for _, _, labels in made.pods()}
    for service in SERVICES:
        parts = {component for name, component in runs if name == service}
        assert parts == ({"web"} if service == "portal" else {"web", "worker", "migration"})


def test_nothing_serves_before_its_schema_is_there(made: Release) -> None:
    for name, pod, labels in made.pods():
        of, component = labels["app.kubernetes.io/name"], labels["app.kubernetes.io/component"]
        if component in ("web", "worker") and of != "portal":
            first = pod["initContainers"][0]
            assert first["command"] == ["python", "-m", "shared.kit.await_schema", of], name


def test_where_there_may_be_two_one_stays_when_a_node_is_drained() -> None:
    made = release("default")
    guarded = [one["spec"] for one in made.of("PodDisruptionBudget")]
    for name, _, labels in made.pods():
        if labels["app.kubernetes.io/component"] in ("web", "worker", "gateway"):
            own = [one for one in guarded if matches(one["selector"], labels)]
            assert [one["maxUnavailable"] for one in own] == [1], name


def test_replicas_are_said_once(made: Release) -> None:
    """By the autoscaler or by the deployment: each upgrade would else undo what the other did."""
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in made.of("HorizontalPodAutoscaler", "ScaledObject")}
    for one in made.of("Deployment"):
        assert ("replicas" in one["spec"]) == (one["metadata"]["name"] not in scaled), one["metadata"]["name"]


def test_chart_and_project_are_one_release_and_newer_than_the_last_recorded() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = tomllib.loads((CHART.parents[2] / "pyproject.toml").read_text())["project"]["version"]
    assert chart["version"] == chart["appVersion"] == project
    assert tuple(map(int, project.split("."))) >= latest().number


@pytest.mark.parametrize("profile", ["default", "small", "large", "everything"])
def test_the_server_takes_the_connections_of_every_pool_at_its_fullest_and_uses_its_memory(profile: str) -> None:
    """With every pod that autoscaling may start, and one more of each while a release is rolled out."""
    made = release(profile)
    scaled = {one["spec"]["scaleTargetRef"]["name"]: one for one in made.of("HorizontalPodAutoscaler", "ScaledObject")}
    given = yaml.safe_load((CHART / "values.yaml").read_text())["services"]
    own = PROFILES[profile].get("services", {})
    slots, asked = WorkerSpec("x", ServiceSettings).job_slots, 0
    for one in made.of("Deployment"):
        name, component = (one["metadata"]["labels"][f"app.kubernetes.io/{key}"] for key in ("name", "component"))
        if component not in ("web", "worker") or name == "portal":
            continue
        most = own.get(name, {}).get(component, {}).get("max", given[name][component]["max"])
        held = scaled.get(one["metadata"]["name"], {"spec": {}})["spec"]
        assert most == held.get("maxReplicas", held.get("maxReplicaCount", most))
        env = {each["name"]: each["value"] for each in one["spec"]["template"]["spec"]["containers"][0]["env"]}
        relay = 2 if component == "web" else max(4, slots + 2)
        asked += (most + 1) * 2 * (int(env["STARTKLAR_DATABASE_POOL_SIZE"]) + relay)
    server = made.named("Cluster", "postgres")["spec"]
    parameters, memory = server["postgresql"]["parameters"], amount(server["resources"]["limits"]["memory"])
    assert int(parameters["shared_buffers"].removesuffix("MB")) << 20 == memory // 4
    takes = int(parameters["max_connections"])
    assert takes / 2 < asked <= takes - 20


def test_a_job_gets_another_name_with_another_image() -> None:
    """A job cannot be changed: an upgrade would fail on it."""
    former = {one["metadata"]["name"] for one in release("default").of("Job")}
    newer = {one["metadata"]["name"] for one in render({"publicUrl": URL, "image": {"tag": "1.0.1"}}).of("Job")}
    assert len(former) == len(newer) == 6
    assert former.isdisjoint(newer)


def test_the_operator_is_told_what_can_be_lost() -> None:
    assert "no\nrecovery to a point in time" in release("default").notes
    assert "RPO is not 0" in release("small").notes
    assert "bring them back" in render({"publicUrl": URL, "backup": {"follow": "none"}}).notes
    assert "WARNING" not in release("everything").notes
    server = release("large").named("Cluster", "postgres")["spec"]["postgresql"]
    assert server["parameters"]["archive_timeout"] == "30s", "an archive that is what is left may be 60 s behind"
    assert server["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({}, "publicUrl"),
        ({"publicUrl": "http://api.test"}, "publicUrl"),
        ({"publicUrl": "https://api.test/startklar"}, "publicUrl"),
        ({"publicUrl": URL, "image": {"tag": "latest"}}, "tag"),
        ({"publicUrl": URL, "image": {"digests": {"sync": "sha256:abc"}}}, "sync"),
        ({"publicUrl": URL, "postgres": {"cluster": {"instances": 2}}}, "instances"),
        ({"publicUrl": URL, "postgres": {"mode": "external"}}, "cidrs"),
        ({"publicUrl": URL, "redis": {"mode": "external"}}, "cidrs"),
        ({"publicUrl": URL, "secrets": {"mode": "external"}}, "name"),
        ({"publicUrl": URL, "settings": {"SYNC_FILE_KEY": "c2VjcmV0"}}, "SYNC_FILE_KEY"),
        ({"publicUrl": URL, "settings": {"SYNC_OTHER_FILE_KEYS": "c2VjcmV0"}}, "SYNC_OTHER_FILE_KEYS"),
        ({"publicUrl": URL, "settings": {"SYNC_ENVIRONMENT": "development"}}, "SYNC_ENVIRONMENT"),
        ({"publicUrl": URL, "settings": {"STARTKLAR_ISSUER": "https://id.test"}}, "STARTKLAR_ISSUER"),
        ({"publicUrl": URL, "services": {"sync": {"replica": 3}}}, "replica"),
        ({"publicUrl": URL, "services": {"sync": {"web": {"replicas": 50}}}}, "services.sync.web: max .* is less than"),
        ({"publicUrl": URL, "postgres": {"cluster": {"maxConnections": 400}}}, "give it 650, or lower max"),
        (
            ELSEWHERE | {"postgres": ELSEWHERE["postgres"] | {"cluster": {"backup": {"destinationPath": "s3://x"}}}},
            "nobody would",
        ),
        ({"publicUrl": URL, "gateway": {"replicas": 50}}, "gateway: max .* is less than replicas"),
        ({"publicUrl": URL, "gateway": {"exposure": "loadBalancer", "trustedHops": 1}}, "set trustedHops to 0"),
        ({"publicUrl": URL, "autoscaling": {"enabled": False, "keda": {"enabled": True}}}, "turn both on, or both off"),
        ({"publicUrl": URL, "autoscaling": {"keda": {"enabled": True, "prometheusUrl": ""}}}, "needs .*prometheusUrl"),
        ({"publicUrl": URL, "preStopSeconds": 30, "webGraceSeconds": 40}, "give it 55"),
        ({"publicUrl": URL, "webGraceSeconds": 20}, "webGraceSeconds"),
        ({"publicUrl": URL, "backup": {"follow": "log"}}, "follow"),
        ({"publicUrl": URL, "backup": {"follow": "all"}}, "CloudNativePG keeps the log itself"),
        (
            {"publicUrl": URL, "postgres": {"cluster": {"recovery": {"targetTime": "2026-11-22T13:05:00"}}}},
            "targetTime",
        ),
        ({"publicUrl": URL, "postgres": {"cluster": {"recovery": {"serverName": "old"}}}}, "needs .*destinationPath"),
        (
            {
                "publicUrl": URL,
                "postgres": {
                    "cluster": {"recovery": {"serverName": "sk-postgres"}, "backup": {"destinationPath": "s3://a/b"}}
                },
            },
            "must differ from recovery.serverName",
        ),
    ],
)
def test_values_that_cannot_work_are_refused_by_name(values: dict[str, Any], place: str) -> None:
    with pytest.raises(helm.HelmError, match=place):
        render(values)


def test_the_large_profile_bears_the_morning_of_a_country() -> None:
    """docs/capacity.md: what Sweden needs at 08:00 is within what each deployment may grow to."""
    values = PROFILES["large"]["services"]
    for need in plan(read_assumptions(), Measured.read(), "sweden").needs:
        service, _, kind = need.process.partition("-")
        if service in values:
            role = kind or "web"
            most = values[service][role]["max"]
            assert need.replicas <= most, f"{need.process}: {need.replicas} are needed, {most} may run"
        elif service == "gateway":
            assert need.replicas <= PROFILES["large"]["gateway"]["max"]
        elif service == "postgres":
            assert need.cores <= int(PROFILES["large"]["postgres"]["cluster"]["cpu"])
