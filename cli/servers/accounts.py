"""Which operating system account PostgreSQL runs as, and folders that this account can reach.

PostgreSQL refuses to run as root. No folder's permissions are ever widened: what the account cannot reach is
put, or copied, where it can.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from cli.servers.processes import Account, ServerFailed

SYSTEM_ROOT = Path("/var/lib/startklar")
_OWN_ACCOUNT = "startklar"
_MAX_SOCKET_DIR = 80  # sun_path holds 107 bytes and PostgreSQL adds "/.s.PGSQL.5432.lock"


def unprivileged_account() -> Account | None:
    """The account for PostgreSQL when we are root; None when we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", _OWN_ACCOUNT):
        if (found := _find(name)) is not None:
            return found
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise ServerFailed("PostgreSQL refuses to run as root and useradd is missing; start as a normal user")
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _OWN_ACCOUNT]
    subprocess.run(command, check=True, capture_output=True)
    created = _find(_OWN_ACCOUNT)
    if created is None:
        raise ServerFailed(f"useradd ended well, but the account {_OWN_ACCOUNT} does not exist")
    return created


def _find(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def private_dir(path: Path, account: Account | None = None) -> Path:
    """Create `path` (mode 0700, owned by `account` or by us) or check that it is exactly that.

    Errors: `ServerFailed` when somebody else owns it, or it is a link, or others may enter.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    uid = os.geteuid() if account is None else account.uid
    try:
        path.mkdir(mode=0o700)
        if account is not None:
            os.chown(path, account.uid, account.gid)
    except FileExistsError:
        pass
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise ServerFailed(f"{path} must be a folder that only its owner (uid {uid}) may enter")
    return path


def passable_dir(path: Path) -> Path:
    """Create `path`, and what is missing above it, so that other accounts may pass through. What exists stays as it is.

    The mode is set apart from the creation, since a strict umask would take it away.
    """
    if not path.exists():
        passable_dir(path.parent)
        path.mkdir()
        path.chmod(0o755)
    return path


def can_reach(path: Path, account: Account | None) -> bool:
    """May `account` read `path`, with all the folders above it?"""
    if account is None:
        return os.access(path, os.R_OK)
    command = ["/bin/sh", "-c", 'test -r "$1"', "sh", str(path)]
    done = subprocess.run(
        command, check=False, cwd="/", user=account.uid, group=account.gid, extra_groups=[], capture_output=True
    )
    return done.returncode == 0


def data_home(state: Path) -> Path:
    """Where the servers of an installation keep their files: beside its other state, but for root where the account
    of PostgreSQL can reach them."""
    if os.geteuid() != 0:
        return state
    return SYSTEM_ROOT / hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:12]


def scratch_dir(account: Account | None) -> Path:
    """A new temporary folder that the account owns and nobody else may enter; the caller removes it."""
    path = Path(tempfile.mkdtemp(prefix="startklar-", dir="/tmp" if account is not None else None))  # noqa: S108
    if account is not None:
        os.chown(path, account.uid, account.gid)
    return path


def socket_dir(near: Path, account: Account | None) -> Path:
    """A private folder for a Unix socket beside `near`, or a short one under /tmp when that path is too long."""
    beside = near.with_name(near.name + ".run")
    if len(os.fsencode(beside)) <= _MAX_SOCKET_DIR:
        return private_dir(beside, account)
    uid = os.geteuid() if account is None else account.uid
    digest = hashlib.sha256(os.fsencode(near)).hexdigest()[:12]
    return private_dir(Path(f"/tmp/startklar-{uid}-{digest}"), account)  # noqa: S108
