"""Prometheus and its promtool, where they are: `make e2e` sees to it (cli/prometheus.sh), other runs skip."""

import json
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
_UNPACKED = ROOT / ".venv" / "prometheus" / "usr" / "bin"


def program(name: str) -> str:
    """The path of `prometheus` or `promtool`; skips the test where there is none."""
    found = shutil.which(name) or shutil.which(name, path=str(_UNPACKED))
    if found is None:
        pytest.skip(f"no {name} here: sh cli/prometheus.sh")
    return found


def promtool(*arguments: str) -> str:
    """What it says; fails the test where it refuses."""
    done = subprocess.run([program("promtool"), *arguments], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Prometheus:
    """A running server."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """The answer to a query at this moment. Errors: HTTPError for one that is not PromQL."""
        query = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{query}", timeout=10) as answer:  # noqa: S310
            told: list[dict[str, Any]] = json.load(answer)["data"]["result"]
            return told


@contextmanager
def prometheus(folder: Path, targets: Mapping[str, tuple[str, int]], port: int, rules: Path) -> Iterator[Prometheus]:
    """A server that scrapes `targets` (address -> service's label, port) each second and evaluates `rules`."""
    scrapes = [{"targets": [f"127.0.0.1:{at}"], "labels": {"service": service}} for service, at in targets.values()]
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "5s"},
        "rule_files": [str(rules)],
        "scrape_configs": [{"job_name": "startklar", "honor_labels": True, "static_configs": scrapes}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    command = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running = Prometheus(f"http://127.0.0.1:{port}")
    try:
        _await(running)
        yield running
    finally:
        process.terminate()
        process.wait(20)


def _await(running: Prometheus) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            running.ask("1")
            return
        except OSError:
            assert time.monotonic() < until, "Prometheus does not start"
            time.sleep(0.2)
