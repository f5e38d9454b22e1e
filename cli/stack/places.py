"""Where an installation keeps its local state. Everything below is private to the user who runs it."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from cli.servers.accounts import data_home, passable_dir, private_dir
from cli.servers.processes import ServerFailed

ROOT = Path(__file__).parents[2]
STATE_VARIABLE = "STARTKLAR_STATE"
BACKUP_VARIABLE = "STARTKLAR_BACKUP_DIR"


@dataclass(frozen=True)
class Places:
    """`state` holds keys, logs and records; the servers' data lie in `home` (another place for root)."""

    state: Path

    @classmethod
    def of_checkout(cls) -> "Places":
        """`.startklar` of this checkout, or the folder in `STARTKLAR_STATE`: a second stack beside the first."""
        return cls(Path(os.environ.get(STATE_VARIABLE) or ROOT / ".startklar").absolute())

    @property
    def home(self) -> Path:
        return data_home(self.state)

    @property
    def postgres(self) -> Path:
        return self.home / "postgres"

    @property
    def redis(self) -> Path:
        return self.home / "redis"

    @property
    def keys(self) -> Path:
        """Beside the data that they open: a new checkout in the old place finds both or neither."""
        return self.home / "keys"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def mail(self) -> Path:
        """Mail of every service, caught as .eml files: no mail leaves a developer's machine unasked."""
        return self.state / "mail"

    @property
    def record(self) -> Path:
        """What runs now, for `status` and `down`."""
        return self.state / "stack.json"

    @property
    def ports(self) -> Path:
        return self.state / "ports.json"

    @property
    def demo(self) -> Path:
        """URLs, logins and clients of the demo municipality."""
        return self.state / "demo.json"

    @property
    def bootstrap(self) -> Path:
        return self.state / "gateway.json"

    def prepare(self) -> None:
        """Create the private folders. Errors: `ServerFailed` when they belong to somebody else, or when there is data
        whose keys are gone."""
        if self.postgres.exists() and not self.keys.exists():
            raise ServerFailed(f"the keys of the data in {self.home} are gone; begin anew with ./startklar reset")
        for folder in (self.state, self.keys, self.logs):
            private_dir(folder)

    def make_home(self) -> None:
        """The folder of data and keys, before anything else is there. Errors: `ServerFailed`."""
        if self.home == self.state:
            private_dir(self.state)
        else:
            passable_dir(self.home)

    def erase(self) -> None:
        """Forget everything: data, keys, logs."""
        for path in (self.state, self.home):
            if path.exists():
                shutil.rmtree(path)


def write_private(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner alone: no reader ever sees half of it."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    partial.replace(path)
