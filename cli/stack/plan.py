"""Reads `processes.toml`: which services there are, and which processes make up the stack."""

import importlib.util
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

Profile = Literal["large", "small"]
SMALL = "small"
DATA = Path(__file__).with_name("processes.toml")


@dataclass(frozen=True)
class ProcessSpec:
    """One process: either a web app (`app`, a factory as `module:function`) or a module to run (`module`).

    `service` is what it runs: a service, or `small` for all of them.
    """

    name: str
    app: str | None = None
    module: str | None = None
    service: str | None = None
    profiles: tuple[Profile, ...] = ("large",)

    @property
    def target(self) -> str:
        """The module that the process needs."""
        return (self.app or self.module or "").partition(":")[0]

    def exists(self) -> bool:
        """Is the module there? Looks without importing it."""
        try:
            return importlib.util.find_spec(self.target) is not None
        except ModuleNotFoundError:
            return False


@dataclass(frozen=True)
class Plan:
    """The whole data file."""

    services: tuple[str, ...]
    without_data: tuple[str, ...]
    preload: tuple[str, ...]
    preload_small: tuple[str, ...]
    processes: tuple[ProcessSpec, ...]

    @property
    def with_data(self) -> tuple[str, ...]:
        """The services that have a database."""
        return tuple(name for name in self.services if name not in self.without_data)

    def of_profile(self, profile: Profile) -> "Plan":
        """The same with the processes of one profile, and what they share."""
        processes = tuple(process for process in self.processes if profile in process.profiles)
        more = self.preload_small if profile == SMALL else ()
        return replace(self, processes=processes, preload=self.preload + more)

    def held_by(self, process_service: str) -> tuple[str, ...]:
        """The services that a process of this service runs: itself, or all of them."""
        return self.services if process_service == SMALL else (process_service,)

    def without_demo(self) -> "Plan":
        """The same without what belongs to no service: the demo identity provider."""
        return replace(self, processes=tuple(process for process in self.processes if process.service))

    def absent(self) -> list[str]:
        """The processes whose module is not there."""
        return [process.name for process in self.processes if not process.exists()]


def read_plan(path: Path = DATA) -> Plan:
    """Errors: ValueError when an entry has not exactly one of `app` and `module`, or a name occurs twice."""
    data: dict[str, Any] = tomllib.loads(path.read_text())
    processes = tuple(
        ProcessSpec(**entry | {"profiles": tuple(entry.get("profiles", ("large",)))}) for entry in data["process"]
    )
    for process in processes:
        if bool(process.app) == bool(process.module):
            raise ValueError(f"{path.name}: {process.name} needs exactly one of app and module")
    if len({process.name for process in processes}) < len(processes):
        raise ValueError(f"{path.name}: a process name occurs twice")
    names = {key: tuple(data[key]) for key in ("services", "without_data", "preload", "preload_small")}
    return Plan(**names, processes=processes)
