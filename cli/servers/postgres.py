"""An own PostgreSQL cluster as a child process: made by initdb, reached over one private Unix socket.

Nothing listens on the network. Others on the machine are kept out twice: only the server's account may enter
the socket's folder, and every role has a SCRAM password. Beside the data folder `X` lie `X.log`, `X.lock`,
`X.run/` (the socket) and `X.password`.
"""

import contextlib
import functools
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil

from cli.servers.accounts import can_reach, private_dir, scratch_dir, socket_dir, unprivileged_account
from cli.servers.binaries import PostgresBinaries, Source, find_binaries, postgres_choices, reachable
from cli.servers.processes import Account, DirectoryLock, ServerFailed, kill_tree, spawn, tail, wait_until

__all__ = ["PostgresServer", "find_binaries"]

_ADMIN = "postgres"
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "max_connections": "200",
    "shared_buffers": "256MB",  # its own default, 128 MB, is for a server that shares a small machine
    "jit": "off",  # our statements are short; compiling them costs more than it gives
    "timezone": "UTC",
    "log_timezone": "UTC",
    # An error's DETAIL and STATEMENT repeat row values, and rows hold personal data.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    # A follower that does not come back must not fill the disk; it begins anew with a base backup.
    "max_slot_wal_keep_size": "8GB",
}
_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresServer:
    """A cluster in `data_dir`, run by us. Call `start` from a thread that lives as long as the server should:
    on Linux the server shuts down when that thread ends.

    `binaries` limits the choice to the system's programs or the wheel's. `durable=False` trades crash safety for
    speed and is for tests alone.
    """

    def __init__(self, data_dir: Path, *, binaries: Source | None = None, durable: bool = True) -> None:
        self.data_dir = Path(os.path.abspath(data_dir))
        self.durable = durable
        self._source = binaries
        self._process: subprocess.Popen[bytes] | None = None
        self._found: PostgresBinaries | None = None
        self._lock = DirectoryLock(self._beside("lock"))
        self._scratch: Path | None = None

    @classmethod
    def temporary(cls, *, binaries: Source | None = None) -> "PostgresServer":
        """A forgetful cluster in a new folder that `stop` removes."""
        account = unprivileged_account()
        scratch = scratch_dir(account)
        server = cls(scratch / "postgres", binaries=binaries, durable=False)
        server._scratch = scratch
        return server

    @functools.cached_property
    def _account(self) -> Account | None:
        return unprivileged_account()

    @property
    def programs(self) -> PostgresBinaries:
        """What runs here, with its major version. Errors: `ServerFailed` before `start`."""
        if self._found is None:
            raise ServerFailed("the PostgreSQL server was not started")
        return self._found

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self, *, seconds: float = 60) -> str:
        """Create the cluster if there is none, start it, and wait until it answers.

        Returns the administrator's URL, `postgresql://user:password@/postgres?host=<folder>`.
        Errors: `ServerFailed` with the end of the server's log.
        """
        if self.pid is not None:
            return self.admin_url
        self._lock.acquire()
        try:
            self._found = reachable(self._choose(), self._account)
            if not (self.data_dir / "PG_VERSION").exists():
                self._initdb()
            self._clear_after_crash()
            self._process = self._spawn()
            self._await_ready(self._process, seconds)
        except BaseException:
            self.kill()
            raise
        return self.admin_url

    def stop(self, *, seconds: float = 30) -> None:
        """Disconnect everybody, write everything, end. Kills what has not ended after `seconds`."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        self.kill()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def kill(self) -> None:
        """SIGKILL the server with all its children, as a power cut would; `start` recovers."""
        if self._process is not None:
            kill_tree(self._process.pid)
            self._process.wait()
            self._process = None
        self._lock.release()

    @property
    def admin_url(self) -> str:
        """The superuser's URL; only `provision` and fault tests need it."""
        host = quote(str(self._sockets()), safe="/")
        return f"postgresql://{_ADMIN}:{self.password()}@/postgres?host={host}"

    def _beside(self, ending: str) -> Path:
        return self.data_dir.with_name(f"{self.data_dir.name}.{ending}")

    def _sockets(self) -> Path:
        return socket_dir(self.data_dir, self._account)

    def password(self) -> str:
        """The administrator's, kept beside the data folder; drawn when it is first asked for."""
        path = self._beside("password")
        with contextlib.suppress(FileExistsError), open(path, "x", opener=_owner_only) as file:
            file.write(secrets.token_urlsafe(32))
        return path.read_text()

    def _choose(self) -> PostgresBinaries:
        version = self.data_dir / "PG_VERSION"
        if not version.exists():
            return find_binaries(self._source)
        major = int(version.read_text())
        for found in postgres_choices():
            if found.major == major and self._source in (None, found.source):
                return found
        raise ServerFailed(
            f"{self.data_dir} was written by PostgreSQL {major}, which is not installed any more: "
            "install it again, or give the data up with ./startklar reset"
        )

    def _initdb(self) -> None:
        """Build the cluster under another name, so that an interrupted initdb leaves nothing that looks whole."""
        fresh = self._beside("init")
        shutil.rmtree(fresh, ignore_errors=True)
        private_dir(fresh, self._account)
        if not can_reach(fresh, self._account):
            raise ServerFailed(f"the account of PostgreSQL cannot reach {fresh}; choose a folder under /var/lib")
        secret = self._sockets() / "initdb.password"
        try:
            secret.write_text(self.password())
            secret.chmod(0o600)
            if self._account is not None:
                os.chown(secret, self._account.uid, self._account.gid)
            self._run_initdb(fresh, secret)
        finally:
            secret.unlink(missing_ok=True)
        if self.data_dir.exists():
            self.data_dir.rmdir()
        fresh.rename(self.data_dir)

    def _run_initdb(self, folder: Path, secret: Path) -> None:
        log = self._beside("log")
        command = [str(self.programs.folder / "initdb"), "-D", str(folder), "-U", _ADMIN, f"--pwfile={secret}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", f"--locale={_locale()}"]
        if not self.durable:
            command.append("--no-sync")
        done = spawn(command, log=log, account=self._account, env=_environment())
        if done.wait(120) != 0:
            raise ServerFailed(f"initdb failed:\n{tail(log)}")

    def _clear_after_crash(self) -> None:
        """End what a killed supervisor left running on this folder, and remove its lock files.

        The lock beside the folder is ours, so whoever still works here is an orphan.
        """
        note = self.data_dir / "postmaster.pid"
        if not note.exists():
            return
        postmaster = int(note.read_text().split("\n", 1)[0])
        for process in [process for process in psutil.process_iter() if _works_in(process, self.data_dir)]:
            if process.pid == postmaster:
                with contextlib.suppress(psutil.Error):
                    process.send_signal(signal.SIGINT)
                    process.wait(15)
            kill_tree(process.pid)
        note.unlink(missing_ok=True)
        for leftover in self._sockets().glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = _SETTINGS | {"unix_socket_directories": str(self._sockets())}
        if not self.durable:
            settings |= _FORGETFUL
        command = [str(self.programs.folder / "postgres"), "-D", str(self.data_dir)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return spawn(
            command,
            log=self._beside("log"),
            account=self._account,
            orphan_signal=signal.SIGINT,  # PostgreSQL's word for: disconnect everybody and shut down
            env=_environment(),
        )

    def _await_ready(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        wait_until(lambda: process.poll() is not None or self._says_ready(process.pid), seconds=seconds)
        if process.poll() is not None or not self._says_ready(process.pid):
            raise ServerFailed(f"PostgreSQL did not start:\n{tail(self._beside('log'))}")

    def _says_ready(self, pid: int) -> bool:
        try:
            lines = (self.data_dir / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _works_in(process: psutil.Process, data_dir: Path) -> bool:
    """A server and its children stand in the data folder and bear the server's name."""
    try:
        return process.name().startswith("postgres") and process.cwd() == str(data_dir)
    except psutil.Error:
        return False


def _locale() -> str:
    """C.UTF-8 where the C library has it (letters beyond ASCII fold), else plain C; sorting is the same."""
    answer = subprocess.run(["locale", "-a"], check=False, capture_output=True, text=True)
    known = {name.lower() for name in answer.stdout.split()}
    return "C.UTF-8" if {"c.utf8", "c.utf-8"} & known else "C"


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables or language, which would change what initdb makes."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
