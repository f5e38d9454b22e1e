"""A node of a cluster, as far as one machine can play it: a pod's commands with the pod's own environment, Secrets and
volumes, init containers first. A Service's name stands for an address of loopback, and each pod has its own, so that
ports are the chart's.
"""

import base64
import json
import os
import re
import secrets
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.deploy.chart import Release
from tests.support.databases import ROOT

_PATH = f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"
_DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
OF_THE_IMAGE: list[str] = json.loads(re.findall(r"^CMD (\[.*\])$", _DOCKERFILE, re.M)[-1])
"""What an image of a service runs where the chart says nothing."""

Container = dict[str, Any]


class Node:
    """`given` are the Secrets by name."""

    def __init__(self, release: Release, given: list[dict[str, Any]], folder: Path) -> None:
        self._secrets = {
            one["metadata"]["name"]: {key: base64.b64decode(value) for key, value in one["data"].items()}
            for one in given
        }
        self._release = release
        self._folder = folder
        network = f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(256)}"
        names = sorted({one["metadata"]["name"] for one in release.of("Service", "Deployment")})
        self.addresses = {name: f"{network}.{number}" for number, name in enumerate(names, 1)}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def run_job(self, start: str) -> str:
        """Run the Job whose name starts so to its end; what it said."""
        [job] = [one for one in self._release.of("Job") if one["metadata"]["name"].startswith(start)]
        pod = job["spec"]["template"]["spec"]
        return self._run(start, pod, pod["containers"][0])

    def start(self, name: str) -> None:
        """A pod of the Deployment: its init containers, then its container, which is left running."""
        pod = self._pod(name)
        for container in pod.get("initContainers", ()):
            self._run(name, pod, container)
        [container] = pod["containers"]
        with self._log(name).open("wb") as log:
            self.running[name] = subprocess.Popen(
                self._command(name, pod, container),
                env=self._environment(name, pod, container),
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def execute(self, name: str, *words: str) -> str:
        """`kubectl exec deploy/<name> -- <words>`; its standard output."""
        pod = self._pod(name)
        environment = self._environment(name, pod, pod["containers"][0])
        done = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self) -> dict[str, int]:
        """End all as the kubelet does; their exit statuses."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(timeout=120) for name, process in self.running.items()}

    def said(self, name: str) -> str:
        return self._log(name).read_text()

    def _pod(self, name: str) -> dict[str, Any]:
        [found] = [one for one in self._release.of("Deployment") if one["metadata"]["name"] == name]
        pod: dict[str, Any] = found["spec"]["template"]["spec"]
        return pod

    def _run(self, name: str, pod: Mapping[str, Any], container: Container) -> str:
        command, environment = self._command(name, pod, container), self._environment(name, pod, container)
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{name}, {container['name']}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def _command(self, name: str, pod: Mapping[str, Any], container: Container) -> list[str]:
        return [self._here(name, pod, container, word) for word in container.get("command", OF_THE_IMAGE)]

    def _environment(self, name: str, pod: Mapping[str, Any], container: Container) -> dict[str, str]:
        values = {"PATH": _PATH, "PYTHONPATH": str(ROOT), "SERVICE": self._service(name)}
        for source in container.get("envFrom", ()):
            held = self._secrets[source["secretRef"]["name"]]
            values |= {key: value.decode() for key, value in held.items() if "." not in key}
        values |= {one["name"]: one["value"] for one in container.get("env", ())}
        return {key: self._here(name, pod, container, value) for key, value in values.items()}

    def _here(self, name: str, pod: Mapping[str, Any], container: Container, text: str) -> str:
        """A text of the chart with this machine's addresses and folders in it."""
        for mount in container.get("volumeMounts", ()):
            if (volume := _secret_of(pod, mount["name"])) is not None:
                text = text.replace(mount["mountPath"], str(self._mounted(volume)))
        for service, address in self.addresses.items():
            text = text.replace(f"//{service}:", f"//{address}:")
        return text.replace("0.0.0.0", self.addresses.get(name, "127.0.0.1"))  # noqa: S104 - never of this machine

    def _mounted(self, volume: Mapping[str, Any]) -> Path:
        folder: Path = self._folder / volume["secretName"]
        folder.mkdir(exist_ok=True)
        held = self._secrets[volume["secretName"]]
        for key in [item["key"] for item in volume.get("items", ())] or held:
            (folder / key).write_bytes(held[key])
        return folder

    def _service(self, name: str) -> str:
        return name.split("-")[1]

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"


def _secret_of(pod: Mapping[str, Any], volume: str) -> Mapping[str, Any] | None:
    return next((one.get("secret") for one in pod.get("volumes", ()) if one["name"] == volume), None)
