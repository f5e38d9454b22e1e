"""`python -m tests.benchmarks [--only PREFIX]`."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping

from tests.benchmarks import http_list
from tests.benchmarks.measure import Figure
from tests.benchmarks.report import show, write

BENCHES: Mapping[str, Callable[[], Awaitable[list[Figure]]]] = {"http.list50": http_list.run}


async def main(only: str) -> None:
    figures: list[Figure] = []
    for name, run in BENCHES.items():
        if name.startswith(only):
            figures += await run()
    show(figures)
    write(figures, partial=bool(only))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help="benches whose name begins so")
    asyncio.run(main(parser.parse_args().only))
