"""What the chart promises of backups: one follower with what it needs, a place to restore in, and nobody else."""

from typing import Any

import pytest

from tests.deploy.chart import EVERYTHING, PROFILES, RELEASE, URL, Release, matches, release, render

MOUNT = "/var/lib/startklar/archive"


def _follower(made: Release) -> dict[str, Any]:
    pod: dict[str, Any] = made.named("Deployment", "backup")["spec"]["template"]["spec"]
    return pod


@pytest.mark.parametrize("profile", PROFILES)
def test_one_follower_writes_the_archive_and_a_pod_that_sleeps_reads_it(profile: str) -> None:
    made = release(profile)
    deployment, cron = made.named("Deployment", "backup")["spec"], made.named("CronJob", "restore")["spec"]
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"}), "one writer, one node"
    assert cron["suspend"] is True
    sleeper = cron["jobTemplate"]["spec"]["template"]["spec"]
    assert sleeper["containers"][0]["command"][0] == "sleep"
    claims = {one["metadata"]["name"] for one in made.of("PersistentVolumeClaim")}
    mounted = set()
    for pod in (deployment["template"]["spec"], sleeper):
        # Folders that admit their owner alone would else be opened to the group each time they are mounted.
        assert pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"
        own = _claims(pod)
        assert f"{RELEASE}-backup-archive" in own
        assert MOUNT in {one["mountPath"] for one in pod["containers"][0]["volumeMounts"]}
        mounted |= own
    assert mounted == claims
    for one in made.of("PersistentVolumeClaim"):
        assert one["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def _claims(pod: dict[str, Any]) -> set[str]:
    held = [one["persistentVolumeClaim"] for one in pod["volumes"] if "persistentVolumeClaim" in one]
    return {one["claimName"] for one in held}


def test_beside_cloudnativepg_the_ledger_alone_is_followed_with_a_role_that_reads() -> None:
    [container] = _follower(release("default"))["containers"]
    assert container["command"] == ["startklar", "backup", "follow", "--ledger-only"]
    assert "envFrom" not in container
    [url] = [one for one in container["env"] if one["name"] == "DATABASE_URL"]
    assert url["valueFrom"]["secretKeyRef"] == {"name": f"{RELEASE}-archive", "key": "LEDGER_DATABASE_URL"}


def test_of_a_server_of_the_operators_the_whole_log_is_followed_as_administrator() -> None:
    made = release("elsewhere")
    [container] = _follower(made)["containers"]
    assert container["command"] == ["startklar", "backup", "follow", "--keep", "7"]
    assert container["envFrom"] == [{"secretRef": {"name": f"{RELEASE}-operator"}}]
    sizes = {
        one["metadata"]["name"]: (one["spec"]["resources"]["requests"]["storage"], one["spec"]["storageClassName"])
        for one in made.of("PersistentVolumeClaim")
    }
    assert sizes == {
        f"{RELEASE}-backup-archive": ("200Gi", "elsewhere"),
        f"{RELEASE}-backup-spool": ("20Gi", "elsewhere"),
    }


@pytest.mark.parametrize("profile", ["everything", "elsewhere"])
def test_backups_reach_the_database_and_are_reached_by_prometheus_alone(profile: str) -> None:
    made = release(profile)
    for component in ("backup", "restore"):
        [labels] = [own for _, _, own in made.pods() if own["app.kubernetes.io/component"] == component]
        rules = [one for one in made.of("NetworkPolicy") if matches(one["spec"]["podSelector"], labels)]
        out = [rule for one in rules for rule in one["spec"].get("egress", ())]
        assert {port["port"] for rule in out for port in rule["ports"]} == {53, 5432}
        assert all(rule["to"] for rule in out)
        into = [rule["ports"] for one in rules for rule in one["spec"].get("ingress", ())]
        scraped = component == "backup" and profile == "everything"
        assert into == ([[{"port": 9000, "protocol": "TCP"}]] if scraped else [])
    if profile == "everything":
        monitor = made.named("PodMonitor", "backup")["spec"]["selector"]
        assert [own for _, _, own in made.pods() if matches(monitor, own)] == [
            own for name, _, own in made.pods() if name == f"{RELEASE}-backup"
        ]


def test_the_log_goes_to_an_object_store_by_the_plugin_and_comes_back_from_it_under_another_name() -> None:
    made = release("everything")
    cluster, store = made.named("Cluster", "postgres")["spec"], made.named("ObjectStore", "postgres")
    assert store["spec"]["configuration"]["destinationPath"] == "s3://backups/startklar"
    assert store["spec"]["retentionPolicy"] == "35d"
    credentials = store["spec"]["configuration"]["s3Credentials"]["accessKeyId"]["name"]
    asked = {one["spec"]["target"]["name"].removeprefix(RELEASE) for one in made.of("ExternalSecret")}
    assert credentials.removeprefix("startklar") not in asked, "it is the operator's own, in a release of any name"
    [plugin] = cluster["plugins"]
    assert plugin["isWALArchiver"] is True
    assert plugin["parameters"] == {"barmanObjectName": store["metadata"]["name"], "serverName": "two"}
    assert cluster["bootstrap"]["recovery"] == {
        "source": "kept",
        "recoveryTarget": {"targetTime": "2026-11-22T13:05:00Z"},
    }
    [kept] = cluster["externalClusters"]
    assert kept["plugin"]["parameters"] == {
        "barmanObjectName": store["metadata"]["name"],
        "serverName": f"{RELEASE}-postgres",
    }
    assert made.named("ScheduledBackup", "postgres")["spec"]["method"] == "plugin"
    plain = release("default").named("Cluster", "postgres")["spec"]
    assert not {"plugins", "bootstrap", "externalClusters"} & plain.keys()


def test_a_paused_installation_runs_no_service_and_nothing_starts_one() -> None:
    made = render(EVERYTHING | {"paused": True})
    running = {
        one["metadata"]["name"].removeprefix(f"{RELEASE}-")
        for one in made.of("Deployment")
        if one["spec"].get("replicas") != 0
    }
    assert running == {"gateway", "backup"}
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in made.of("HorizontalPodAutoscaler", "ScaledObject")}
    assert scaled == {f"{RELEASE}-gateway"}
    assert "Paused" in made.notes


def test_who_wants_no_backups_gets_none_of_it_and_is_warned() -> None:
    made = render({"publicUrl": URL, "backup": {"follow": "none"}})
    assert not [name for name, _, labels in made.pods() if labels["app.kubernetes.io/name"] == "backup"]
    assert not made.of("PersistentVolumeClaim")
    assert "would bring them back" in made.notes
