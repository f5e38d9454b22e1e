"""`python -m cli.capacity.report [--check]`: writes docs/capacity.md from what was measured and what is assumed."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.capacity.model import GROUPS, Measured, Place, nightly, plan, read_assumptions
from cli.stack.places import ROOT

DOCUMENT = ROOT / "docs" / "capacity.md"
_HEAD = """# Capacity

Written by `make capacity` (measures, then writes) and `make capacity-document` (writes anew from the same
measurements). Costs of operations are measured on a whole stack through the gateway; how many people do what, and what
a core costs, are assumptions in `cli/capacity/assumptions.toml`. Change those, not this page.
"""


def document(assumptions: Mapping[str, Any], measured: Measured) -> str:
    """The whole page."""
    places = {name: plan(assumptions, measured, name) for name in assumptions["places"]}
    parts = (
        [_HEAD],
        _answer(places, assumptions),
        _replicas(places),
        _morning(assumptions),
        _costs(measured),
        _check(measured),
        _nights(assumptions, measured),
        _limits(measured),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def _answer(places: Mapping[str, Place], assumptions: Mapping[str, Any]) -> Iterator[str]:
    currency = assumptions["prices"]["currency"]
    yield "## What it comes to\n"
    yield f"| Place | People | Logins/s | Requests/s | Cores | Memory, GiB | Storage, GiB | {currency} a month |"
    yield "|---|---|---|---|---|---|---|---|"
    for place in places.values():
        yield (
            f"| {place.title} | {place.people:,} | {place.logins_per_second:,.0f} | {place.requests_per_second:,.0f} |"
            f" {place.cores:,.0f} | {place.memory_gib:,.0f} | {place.storage_gib:,.0f} | {place.monthly:,.0f} |"
        )
    yield "\nThe busiest minute around 08:00 on the first school day, with a third of all replicas to spare.\n"


def _replicas(places: Mapping[str, Place]) -> Iterator[str]:
    yield "## Replicas (busy cores in the busiest minute)\n"
    yield "| Process | " + " | ".join(place.title for place in places.values()) + " |"
    yield "|---|" + "---|" * len(places)
    for needs in zip(*(place.needs for place in places.values()), strict=True):
        cells = (
            f"{need.replicas} x {need.cores:.0f} core{'s' if need.cores > 1 else ''} ({need.busy_cores:.2f})"
            for need in needs
        )
        yield f"| {needs[0].process} | {' | '.join(cells)} |"
    yield ""


def _morning(assumptions: Mapping[str, Any]) -> Iterator[str]:
    morning = assumptions["morning"]
    yield "## Who does what between 07:30 and 08:30 (assumed)\n"
    yield "| Group | Logs in | Each then, with the login |"
    yield "|---|---|---|"
    for group in GROUPS:
        habits = morning["groups"][group]
        done = ", ".join(f"{name} {times:g}" for name, times in habits["operations"].items())
        yield f"| {group} | {habits['in_hour']:.0%} | {done} |"
    yield f"\nThe busiest minute has {morning['peak_minute']:g} times its share of the hour.\n"


def _costs(measured: Measured) -> Iterator[str]:
    yield "## What an operation costs (measured, CPU milliseconds)\n"
    names = [name for name in sorted(measured.memory) if any(name in cost for cost in measured.cpu.values())]
    yield "| Operation | " + " | ".join(names) + " | sum |"
    yield "|---|" + "---|" * (len(names) + 1)
    for operation, cost in measured.cpu.items():
        cells = (f"{cost.get(name, 0.0) * 1e3:.2f}" for name in names)
        yield f"| {operation} | {' | '.join(cells)} | {sum(cost.values()) * 1e3:.2f} |"
    yield (
        f"\nMeasured on {measured.measured_on}, {measured.machine}. A login is a whole one over SAML: four requests,"
        " the provider's answer verified, a session, tokens; the provider and the client are not counted. An enrolment"
        " counts what the workers of every service do with its event. A few tenths of a millisecond in a process that"
        " a request does not pass are the unevenness of the idle stack; they stay in, to the safe side.\n"
    )


def _check(measured: Measured) -> Iterator[str]:
    yield "## Does the sum hold?\n"
    yield "The morning's mix was played at a pace that this machine bears, and its cost compared with the model's:\n"
    yield "| Process | Measured, cores | Modelled, cores |"
    yield "|---|---|---|"
    for name, pair in measured.check["cores_by_process"].items():
        yield f"| {name} | {pair['measured']:.3f} | {pair['modelled']:.3f} |"
    run = measured.check["run"]
    yield (
        f"\n{run['visits']:.0f} visits at {run['visits_per_second']:.1f} a second, {run['requests']:.0f} requests,"
        f" of which {run['failed']:.0f} failed; p50 {run['p50_ms']:.0f} ms, p99 {run['p99_ms']:.0f} ms.\n"
    )


def _nights(assumptions: Mapping[str, Any], measured: Measured) -> Iterator[str]:
    night = assumptions["night"]
    yield f"## The night: every register within {night['hours']:g} hours (busy cores)\n"
    names = sorted(measured.roster_seen)
    yield "| Place | " + " | ".join(names) + " |"
    yield "|---|" + "---|" * len(names)
    for name, place in assumptions["places"].items():
        cores = nightly(assumptions, measured, name)
        yield f"| {place['title']} | {' | '.join(f'{cores[process]:.3f}' for process in names)} |"
    yield f"\n{night['changed_share']:.0%} of the people are taken to be new each night.\n"


def _limits(measured: Measured) -> Iterator[str]:
    yield "## What this does not say\n"
    yield "- Logins and lists read by keys and were measured on one small tenant: what grows with a tenant is not here."
    yield "- One PostgreSQL primary is taken to bear the cores above: disk and locks were not measured. Every key"
    yield "  begins with the tenant, so tenants can be parted over several clusters."
    yield "- Networks, load balancers, backups and the people who operate it all have no price here."
    yield f"- A core is one of this machine ({measured.machine}); another machine's is another."


def main(arguments: Sequence[str] | None = None) -> int:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m cli.capacity.report", description=__doc__)
    parser.add_argument("--check", action="store_true")
    text = document(read_assumptions(), Measured.read())
    if parser.parse_args(arguments).check:
        if DOCUMENT.read_text() != text:
            print("docs/capacity.md is old: run make capacity-document", file=sys.stderr)
            return 1
        return 0
    DOCUMENT.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
