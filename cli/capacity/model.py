"""From people at 08:00 to cores, replicas and money. Nothing here is measured: see `measured.json` for what was.

Costs are CPU seconds of one operation, by the process that spends them. What a place needs in its busiest minute is the
sum over operations of how often they happen times what they cost there; a replica is planned to be busy for a stated
share of one core, and some of them may be away.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parent
ASSUMPTIONS = FOLDER / "assumptions.toml"
MEASURED = FOLDER / "measured.json"
GATEWAY, DATABASE, CACHE = "gateway", "postgres", "redis"
GROUPS = ("staff", "pupils", "guardians")
SECONDS_IN_HOUR = 3600
GIB = 2**30
# What a browser asks for one operation, where that is not one request.
REQUESTS = {"login": 4}


@dataclass(frozen=True)
class Measured:
    """`cpu`: seconds of one operation by process, with what workers do of it afterwards. `roster_new` and
    `roster_seen`: of one person in a first delivery and in one without news. `memory`: bytes of a process after the
    load. `bytes_per_person`: on disk, in all databases. `check`: what a mix spent, beside what this model says.
    """

    cpu: Mapping[str, Mapping[str, float]]
    roster_new: Mapping[str, float]
    roster_seen: Mapping[str, float]
    memory: Mapping[str, float]
    bytes_per_person: float
    check: Mapping[str, Any]
    machine: str
    measured_on: str

    @classmethod
    def read(cls, path: Path = MEASURED) -> "Measured":
        return cls(**orjson.loads(path.read_bytes()))


@dataclass(frozen=True)
class Need:
    """What one kind of process needs: busy cores in the busiest minute, replicas, and the memory of one (bytes)."""

    process: str
    busy_cores: float
    replicas: int
    cores: float
    memory: float


@dataclass(frozen=True)
class Place:
    """What one place comes to. `monthly` is in the currency of the assumptions."""

    title: str
    people: int
    logins_per_second: float
    requests_per_second: float
    needs: tuple[Need, ...]
    cores: float
    memory_gib: float
    storage_gib: float
    monthly: float


def read_assumptions(path: Path = ASSUMPTIONS) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


def rates(assumptions: Mapping[str, Any], place: str) -> dict[str, float]:
    """Operations a second in the busiest minute of a place, by name."""
    found: dict[str, float] = {}
    people, morning = assumptions["places"][place], assumptions["morning"]
    for group in GROUPS:
        habits = morning["groups"][group]
        a_second = people[group] * habits["in_hour"] * morning["peak_minute"] / SECONDS_IN_HOUR
        for operation, times in habits["operations"].items():
            found[operation] = found.get(operation, 0.0) + a_second * times
    return found


def busy(measured: Measured, asked: Mapping[str, float]) -> dict[str, float]:
    """Cores that are busy by process when operations come at these rates."""
    found: dict[str, float] = {}
    for operation, rate in asked.items():
        for process, seconds in measured.cpu[operation].items():
            found[process] = found.get(process, 0.0) + rate * seconds
    return found


def nightly(assumptions: Mapping[str, Any], measured: Measured, place: str) -> dict[str, float]:
    """Cores that are busy by process while every register of a place is read in the night's window."""
    night, people = assumptions["night"], _people(assumptions, place)
    window = night["hours"] * SECONDS_IN_HOUR
    new, seen = measured.roster_new, measured.roster_seen
    return {
        process: people * (seen.get(process, 0.0) + night["changed_share"] * new.get(process, 0.0)) / window
        for process in new.keys() | seen.keys()
    }


def plan(assumptions: Mapping[str, Any], measured: Measured, place: str) -> Place:
    """What a place needs, by its busiest minute of the day or of the night, whichever is more."""
    asked, sizing, prices = rates(assumptions, place), assumptions["sizing"], assumptions["prices"]
    by_day, by_night = busy(measured, asked), nightly(assumptions, measured, place)
    peak = {name: max(by_day.get(name, 0.0), by_night.get(name, 0.0)) for name in measured.memory}
    needs = tuple(_need(name, peak[name], measured.memory[name], sizing) for name in sorted(peak))
    people = _people(assumptions, place)
    cores = sum(need.replicas * need.cores for need in needs)
    memory = sum(need.replicas * need.memory for need in needs) / GIB
    storage = people * measured.bytes_per_person * sizing["database_servers"] / GIB
    return Place(
        title=assumptions["places"][place]["title"],
        people=people,
        logins_per_second=asked["login"],
        requests_per_second=sum(rate * REQUESTS.get(name, 1) for name, rate in asked.items()),
        needs=needs,
        cores=cores,
        memory_gib=memory,
        storage_gib=storage,
        monthly=cores * prices["core"] + memory * prices["gib_memory"] + storage * prices["gib_storage"],
    )


def _people(assumptions: Mapping[str, Any], place: str) -> int:
    return sum(assumptions["places"][place][group] for group in GROUPS)


def _need(process: str, busy_cores: float, memory: float, sizing: Mapping[str, Any]) -> Need:
    if process in (DATABASE, CACHE):
        # One server does the work and others stand by, so they grow upwards instead of in number.
        cores = max(1.0, math.ceil(busy_cores / sizing["database_busy"]))
        servers = sizing["database_servers"] if process == DATABASE else 1
        return Need(process, busy_cores, servers, cores, max(memory, cores * sizing["database_gib_per_core"] * GIB))
    cores, share = 1.0, sizing["worker_busy" if process.endswith("-worker") else "web_busy"]
    if process == GATEWAY:
        cores, share = sizing["gateway_cores"], sizing["gateway_busy"]
    wanted = math.ceil(busy_cores * sizing["spare"] / (share * cores))
    return Need(process, busy_cores, max(wanted, sizing["least_replicas"]), cores, memory)
