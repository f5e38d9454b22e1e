"""Whether what a tree promises lets the last release's processes run beside it: its migrations and its events."""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.releases.release import Release

Survey = Mapping[str, Any]


def edited_migrations(release: Release, tree: Survey) -> Iterator[str]:
    """A database that has run a migration never runs it again: what is changed in it reaches new databases alone."""
    for service, files in release.migrations.items():
        for name, known in files.items():
            now = tree["migrations"].get(service, {}).get(name)
            if now != known:
                what = "is gone" if now is None else "was edited"
                yield f"{service}: {name} {what}, and {release.version} has run it: write another migration instead"


def broken_contracts(release: Release, tree: Survey) -> Iterator[str]:
    """Old readers meet new events and new readers old ones, so a released version of a contract stays as it is."""
    for name, known in release.contracts.items():
        now = tree["contracts"].get(name)
        if now is None:
            yield from _missed(name, release)
        else:
            yield from (f"{name}: {one}; make a next version of it instead" for one in _differences(known, now))


def _missed(name: str, release: Release) -> Iterator[str]:
    readers = [service for service, read in release.reads.items() if name in read]
    if readers:
        yield f"{name} is gone, and {', '.join(readers)} of {release.version} reads it: publish both for a release"


def _differences(known: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for field, shape in known["fields"].items():
        if field not in now["fields"]:
            yield f"{field} is gone"
        elif now["fields"][field] != shape:
            yield f"{field} has another type"
    for field in sorted(set(now["required"]) - set(known["required"])):
        yield f"{field} must be given, and events of the last release lack it"
    for field in sorted(set(known["required"]) - set(now["required"])):
        yield f"{field} may be left out, and readers of the last release need it"
