"""PostgreSQL's own client programs: which ones fit a server, and how they get the password without showing it."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from cli.servers.binaries import postgres_choices
from cli.servers.processes import ServerFailed, spawn

NEEDED = ("pg_basebackup", "pg_receivewal", "pg_dump", "pg_restore")


@dataclass(frozen=True)
class Connection:
    """An administrator's URL, split into what a command line may show and the password."""

    shown: str
    password: str

    @classmethod
    def of(cls, url: str) -> "Connection":
        parts = urlsplit(url)
        userinfo, _, host = parts.netloc.rpartition("@")
        user, _, password = userinfo.partition(":")
        netloc = f"{user}@{host}" if user else host
        scheme = parts.scheme.partition("+")[0]
        return cls(urlunsplit((scheme, netloc, parts.path, parts.query, "")), unquote(password))

    def environment(self) -> dict[str, str]:
        """English, since what the programs say is read; nothing of the caller's PG* variables."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "PGPASSWORD": self.password}


def client_programs(major: int) -> Path:
    """The folder of client programs for a server of this major version: its own, else newer ones.

    Errors: `ServerFailed` when the machine has none.
    """
    found = sorted((each.major, each.folder) for each in postgres_choices() if each.major >= major)
    for _, folder in found:
        if all((folder / name).exists() for name in NEEDED):
            return folder
    on_path = shutil.which("pg_receivewal")
    if on_path is not None:
        return Path(on_path).parent
    raise ServerFailed(f"no client programs of PostgreSQL >= {major} here: install postgresql-client")


def run(command: Sequence[str], connection: Connection, *, what: str) -> str:
    """Run to the end; returns what the program said. Errors: `ServerFailed` with its last words."""
    done = subprocess.run(
        command, check=False, env=connection.environment(), capture_output=True, text=True, errors="replace"
    )
    if done.returncode != 0:
        raise ServerFailed(f"{what} failed:\n{done.stderr.strip()[-800:]}")
    return done.stderr


def streaming(command: Sequence[str], connection: Connection, said: Path) -> subprocess.Popen[bytes]:
    """A program whose standard output is read by us; what it says goes to the file `said`."""
    with said.open("wb") as errors:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=connection.environment()
        )


def attended(command: Sequence[str], connection: Connection, log: Path) -> subprocess.Popen[bytes]:
    """A program that runs beside us and ends with us."""
    return spawn(command, log=log, env=connection.environment())
