"""Runs an image's process as Kubernetes does: its user, a read-only root, an empty /tmp, its own settings alone."""

import os
import shlex
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from urllib.parse import parse_qs, urlsplit

from tests.e2e.images.builder import Image

USER = "10001:10001"
KEY = "/run/startklar/client-key.pem"

_INSIDE = """
set -eu
mount --bind {root} {root}
mount -t tmpfs -o mode=755 tmpfs {root}/run
mount --rbind /dev {root}/dev
mount -t proc proc {root}/proc
mount -t tmpfs -o mode=1777 tmpfs {root}/tmp
{shows}
mount -o remount,bind,ro {root}
exec chroot --userspec={user} --groups={groups} {root} \\
    /usr/bin/env --ignore-environment --chdir={folder} {environment} {command}
"""
_SHOW_FOLDER = "mkdir -p {root}{inside} && mount --bind {outside} {root}{inside}"
_SHOW_FILE = "mkdir -p $(dirname {root}{inside}) && touch {root}{inside} && mount --bind {outside} {root}{inside}"


@dataclass(frozen=True)
class Container:
    """An image that is run. `shown`: files and folders of this machine, by where they are to be seen inside."""

    image: Image
    settings: Mapping[str, str]
    shown: Mapping[str, Path]
    user: str = USER

    def command(self, words: Sequence[str]) -> list[str]:
        """What starts `words` inside."""
        given = {**dict(pair.split("=", 1) for pair in self.image.config["Env"]), **self.settings}
        shows = [
            (_SHOW_FOLDER if outside.is_dir() else _SHOW_FILE).format(
                root=self.image.root, inside=inside, outside=outside
            )
            for inside, outside in self.shown.items()
        ]
        script = _INSIDE.format(
            root=self.image.root,
            user=self.user,
            groups=self.user.partition(":")[2],
            folder=self.image.config.get("WorkingDir") or "/",
            shows="\n".join(shows),
            environment=shlex.join(f"{name}={value}" for name, value in given.items()),
            command=shlex.join(words),
        )
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]


def command_of(image: Image, words: Sequence[str], settings: Mapping[str, str], database: str, key: Path) -> list[str]:
    """What starts `words` inside the image. `database`: a URL whose socket's folder is shown to it."""
    [sockets] = parse_qs(urlsplit(database).query)["host"]
    readable = key.with_name(f"{key.name}.shown")
    readable.write_bytes(key.read_bytes())
    os.chown(readable, *map(int, USER.split(":")))
    return Container(image, settings, {sockets: Path(sockets), KEY: readable}).command(words)


def run(command: Sequence[str]) -> str:
    """To its end, which must be a good one."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def answers(url: str, process: subprocess.Popen[str], seconds: float = 60) -> int:
    """The status of the first answer below 500; that of the last when the time is over."""
    until, status = time.monotonic() + seconds, 0
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - loopback
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            status = refused.code
            if status < 500:
                return status
        except OSError:
            pass
        time.sleep(0.1)
    return status


@contextmanager
def started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A process that is asked to end, as Kubernetes does, when the block is left: it must do so by itself, and well."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
        assert process.poll() is None, "it ended by itself"
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=30)
    assert process.returncode in (0, -SIGTERM), output[-3000:]
    assert "Read-only file system" not in output
    assert "Traceback" not in output, output[-3000:]
