"""`python -m tests.benchmarks [--only PREFIX]`. Exits 1 when a bench failed, after writing what the others gave."""

import argparse
import asyncio
import signal
import sys
import traceback
from types import ModuleType

from tests.benchmarks import (
    aggregate,
    as_of,
    events,
    filtered_list,
    gateway,
    http_list,
    instantiate,
    restore_million,
    roster,
    roster_many,
    roster_million,
    roster_scale,
    saml_login,
    saml_verify,
    schedule,
    stack,
    tokens,
    tracing,
    training_coverage,
    training_http,
    training_plans,
    training_seats,
)
from tests.benchmarks.measure import Figure
from tests.benchmarks.report import show, write

BENCHES: tuple[ModuleType, ...] = (
    http_list,
    filtered_list,
    tracing,
    gateway,
    roster,
    roster_scale,
    roster_million,
    roster_many,
    stack,
    events,
    as_of,
    schedule,
    instantiate,
    tokens,
    aggregate,
    saml_verify,
    saml_login,
    training_seats,
    training_coverage,
    training_http,
    training_plans,
    restore_million,
)
"""Each has `NAMES`, the figures that it gives, and `run()`."""


async def main(only: str) -> bool:
    """False when a bench failed. Everything that a bench starts ends with it, also after Ctrl-C or SIGTERM."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    figures: list[Figure] = []
    failed = False
    for bench in _chosen(only):
        print(f"{', '.join(bench.NAMES)} ...", file=sys.stderr, flush=True)
        try:
            figures += await bench.run()
        except Exception:
            if task.cancelling():  # an error while it was ended from outside
                raise asyncio.CancelledError from None
            traceback.print_exc()
            failed = True
    figures = [figure for figure in figures if figure.name.startswith(only)]
    show(figures)
    write(figures, partial=bool(only) or failed)
    return not failed


def _chosen(only: str) -> list[ModuleType]:
    chosen = [bench for bench in BENCHES if any(name.startswith(only) for name in bench.NAMES)]
    if not chosen:
        known = ", ".join(name for bench in BENCHES for name in bench.NAMES)
        raise SystemExit(f"no bench begins with {only!r}; there are {known}")
    return chosen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help="figures whose name begins so")
    try:
        sys.exit(0 if asyncio.run(main(parser.parse_args().only)) else 1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
