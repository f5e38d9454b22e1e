"""Which installation a command speaks of: the one of this checkout, or any that the environment names.

`DATABASE_URL` is the administrator's, as for `up`; in the operator's container `ADMIN_DATABASE_URL`. The archive is in
`STARTKLAR_BACKUP_DIR` and its key in `STARTKLAR_BACKUP_KEY_FILE`, else in the key folder of the installation. What
`INSTALL_SECRET` holds, as in the operator's container, stands for the secret of the installation.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cli.backup.archive import FOLDER_VARIABLE, KEY_VARIABLE, Archive, load_key
from cli.backup.programs import Connection
from cli.backup.sealing import BackupRefused
from cli.servers.postgres import PostgresServer
from cli.servers.processes import ServerFailed
from cli.stack import keys
from cli.stack.places import Places
from cli.stack.record import running


@dataclass(frozen=True)
class Installation:
    """`folder` and `admin_url` as the command line gave them."""

    places: Places
    folder: Path | None = None
    given_url: str | None = None

    @property
    def key_file(self) -> Path:
        return Path(os.environ.get(KEY_VARIABLE) or self.places.keys / "backup-key")

    @property
    def spool(self) -> Path:
        """Beside the server's data, since the log lies plain there: as private, and gone with it."""
        return self.places.home / "log-spool"

    def secret(self) -> str:
        """The text from which the passwords of the database roles follow."""
        return os.environ.get("INSTALL_SECRET") or keys.install_secret(self.places)

    def archive(self, *, make: bool = False) -> Archive:
        """Errors: `BackupRefused` when no folder is named, or its key is not here."""
        folder = self.folder or (Path(named) if (named := os.environ.get(FOLDER_VARIABLE)) else None)
        if folder is None:
            raise BackupRefused(f"say where backups lie: --archive, or {FOLDER_VARIABLE} (best on another disk)")
        if not make and not folder.is_dir():
            raise BackupRefused(f"{folder} is not there")
        archive = Archive(folder.absolute(), load_key(self.key_file, make=make))
        if make:
            archive.prepare()
        return archive

    def admin_url(self, *, starting: bool = False) -> str:
        """Errors: `ServerFailed` when our own server does not run, unless the caller waits for it (`starting`)."""
        if (given := self._url()) is not None:
            return given
        server = PostgresServer(self.places.postgres)
        if not starting and running(self.places) is None:
            raise ServerFailed("the stack does not run: start it with ./startklar up, or name a server in DATABASE_URL")
        return server.admin_url

    def admin_password(self) -> str | None:
        """What the named administrator logs in with."""
        url = self._url()
        return (Connection.of(url).password or None) if url else None

    def _url(self) -> str | None:
        return self.given_url or os.environ.get("DATABASE_URL") or os.environ.get("ADMIN_DATABASE_URL")
