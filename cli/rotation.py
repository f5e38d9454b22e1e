"""`python -m cli.rotation WHAT SERVICE --state FOLDER`: take the next of three steps in replacing a key.

The next key is announced, then used, then the former one is forgotten. Between the steps the operator gives the keys
to the processes (docs/upgrades.md), so that none meets what it cannot open or does not know yet. Beside a key `x` lies
`x.next` or `x.former`, never both.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from cli.gateway import SERVICES
from cli.stack import keys
from cli.stack.places import Places, write_private

WITH_DATA = tuple(name for name in SERVICES if name != "portal")
Kind = Literal["client-key", "file-key"]
_FOUND_BY = ("sync", "training")
"""The services that find people by what is derived from the first file key (`finds_by_key` of their settings)."""


def rotate(places: Places, service: str, kind: Kind) -> str:
    """Take the next step for a service's key; returns what was done and what the operator does now."""
    current = keys.client_key(places, service) if kind == "client-key" else keys.file_key_file(places, service)
    coming, former = _beside(current)
    if former.exists():
        former.unlink()
        return "3 of 3: the former key is forgotten. Give out the keys once more: nothing takes it from then on."
    if coming.exists():
        write_private(former, current.read_text())
        coming.replace(current)
        return f"2 of 3: the next key is the one that is used, the former is still good. {_AFTER_USE[kind]}"
    write_private(coming, keys.new_client_key() if kind == "client-key" else keys.new_file_key())
    if kind == "file-key" and service in _FOUND_BY and not (index := keys.index_key_file(places, service)).exists():
        write_private(index, current.read_text())
    return "1 of 3: the next key is made, and not used yet. Give it out and restart, then call this again."


def service_keys(places: Places) -> dict[str, str]:
    """The public halves that identity registers, by file name: `<service>.pem`, and while a key is exchanged
    `<service>.other.pem`.
    """
    found = {}
    for service in WITH_DATA:
        own = keys.client_key(places, service)
        found[f"{service}.pem"] = keys.public_half(own)
        if other := _other(own):
            found[f"{service}.other.pem"] = keys.public_half(other)
    return found


def sealing_keys(places: Places, service: str) -> dict[str, str]:
    """The settings of a service that hold its file keys, by name of the variable."""
    prefix, own = service.upper(), keys.file_key_file(places, service)
    settings = {f"{prefix}_FILE_KEY": keys.file_key(places, service)}
    if other := _other(own):
        settings[f"{prefix}_OTHER_FILE_KEYS"] = other.read_text()
    if (index := keys.index_key_file(places, service)).exists():
        settings[f"{prefix}_INDEX_KEY"] = index.read_text()
    return settings


_AFTER_USE = {
    "client-key": "Give it out and restart, then call this again.",
    "file-key": "Give it out and restart, reseal, wait a day, then call this again.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """See the module's docstring; 1 where there are no keys."""
    parser = argparse.ArgumentParser(prog="python -m cli.rotation", description=__doc__)
    parser.add_argument("what", choices=("client-key", "file-key"))
    parser.add_argument("service", choices=WITH_DATA)
    parser.add_argument("--state", type=Path, required=True, help="the folder that `secrets` or `prepare` made")
    given = parser.parse_args(arguments)
    places = Places(given.state)
    if not places.keys.is_dir():
        print(f"{given.state} holds no keys: give the folder that `secrets` or `prepare` made", file=sys.stderr)
        return 1
    print(f"{given.service}: {rotate(places, given.service, given.what)}")
    return 0


def _beside(current: Path) -> tuple[Path, Path]:
    return current.with_name(f"{current.name}.next"), current.with_name(f"{current.name}.former")


def _other(current: Path) -> Path | None:
    return next((path for path in _beside(current) if path.exists()), None)


if __name__ == "__main__":
    raise SystemExit(main())
