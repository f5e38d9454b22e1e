"""Builds what deploy/Dockerfile says, with buildah, where no Docker engine and no registry of images is to be had.

In place of the two base images stand a Debian of the same release with its own Python 3.11, and the same with the
Envoy of our development environment. Everything else is the Dockerfile, as it is.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.gateway import envoy_argv
from cli.stack.places import ROOT

PYTHON_BASE = "localhost/base/python"
ENVOY_BASE = "localhost/base/envoy"
LABELS = {"RELEASE": "1.2.3", "REVISION": "0123456789abcdef", "CREATED": "2026-11-22T12:00:00+00:00"}
_DEBIAN = Path.home() / ".cache" / "startklar" / "debian-bookworm-python.tar"
# pip's and venv's own way, as in the official image: `python`, and no word that the system's packages are managed.
_PYTHON_BASE = """
FROM scratch
ADD debian.tar /
RUN ln -s python3 /usr/bin/python && rm -f /usr/lib/python3.11/EXTERNALLY-MANAGED
"""
_ENVOY_BASE = f"FROM {PYTHON_BASE}\nCOPY envoy /usr/local/bin/envoy\n"


@dataclass(frozen=True)
class Image:
    """A built image: its configuration, and its files as a folder."""

    name: str
    config: dict[str, Any]
    root: Path


class Builder:
    """Images in a store of its own below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        driver = os.environ.get("STORAGE_DRIVER", "overlay")
        self._environment = os.environ | {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": driver}

    def prepare(self) -> None:
        """The two stand-ins for base images. Debian's packages are fetched once for a machine."""
        context = self._folder / "base"
        context.mkdir(parents=True)
        shutil.copy(self._debian(), context / "debian.tar")
        shutil.copy(envoy_argv(Path())[0], context / "envoy")
        for name, text in ((PYTHON_BASE, _PYTHON_BASE), (ENVOY_BASE, _ENVOY_BASE)):
            (context / "Containerfile").write_text(text)
            self._run("bud", "--tag", name, "--file", str(context / "Containerfile"), str(context))

    def build(self, name: str, *options: str) -> Image:
        """Build `startklar/<name>` of the checkout."""
        tag = f"localhost/startklar/{name}"
        given = {"PYTHON_IMAGE": PYTHON_BASE, "ENVOY_IMAGE": ENVOY_BASE} | LABELS
        arguments = [word for key, value in given.items() for word in ("--build-arg", f"{key}={value}")]
        volumes = ("/etc/ssl/certs:/etc/ssl/certs:ro", f"{self._pip_configuration()}:/etc/pip.conf:ro")
        where = [word for volume in volumes for word in ("--volume", volume)]
        file = ["--file", str(ROOT / "deploy" / "Dockerfile"), str(ROOT)]
        self._run("bud", "--layers", "--network", "host", *where, *arguments, *options, "--tag", tag, *file)
        config = json.loads(self._run("inspect", "--type", "image", tag))["OCIv1"]["config"]
        container = self._run("from", "--pull-never", tag).strip()
        return Image(name, config, Path(self._run("mount", container).strip()))

    def forget(self) -> None:
        """Unmount and remove everything, the store's own mount too."""
        self._run("rm", "--all")
        self._run("rmi", "--all", "--force")
        subprocess.run(["umount", str(self._folder / "store" / "overlay")], capture_output=True, check=False)

    def _debian(self) -> Path:
        if not _DEBIAN.exists():
            _DEBIAN.parent.mkdir(parents=True, exist_ok=True)
            half = _DEBIAN.with_suffix(".new.tar")
            packages = "--include=python3,python3-pip,python3-venv,ca-certificates"
            _checked(["mmdebstrap", "--quiet", "--variant=minbase", packages, "bookworm", str(half)])
            half.rename(_DEBIAN)
        return _DEBIAN

    def _pip_configuration(self) -> Path:
        """Where this machine's pip finds its index: a build fetches from the same."""
        said = _checked([sys.executable, "-m", "pip", "config", "list"])
        index = re.findall(r"^\S*index-url='(https?://[^']+)'", said, re.MULTILINE)
        path = self._folder / "pip.conf"
        path.write_text("[global]\n" + "".join(f"index-url = {url}\n" for url in index[-1:]))
        return path

    def _run(self, *arguments: str) -> str:
        store = ["--root", str(self._folder / "store"), "--runroot", str(self._folder / "run")]
        return _checked(["buildah", *store, *arguments], self._environment)


@contextmanager
def building() -> Iterator[Builder]:
    """A builder with its bases, in a folder that no other run of the tests tidies away while images are mounted."""
    assert os.geteuid() == 0, "building images without a Docker engine needs root"
    with tempfile.TemporaryDirectory(prefix="startklar-images-") as folder:
        builder = Builder(Path(folder))
        try:
            builder.prepare()
            yield builder
        finally:
            builder.forget()


def _checked(command: Sequence[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
