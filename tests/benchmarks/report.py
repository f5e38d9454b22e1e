"""Where the figures go: a table on the screen, docs/benchmarks.md for readers, build/bench.json for machines."""

import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import UNSTABLE_ABOVE, Figure

ROOT = Path(__file__).parents[2]
COLUMNS = ("name", "value", "unit", "better", "limit", "ratio", "spread", "note")


def show(figures: list[Figure]) -> None:
    """Print the table."""
    table = Table(*COLUMNS)
    for figure in figures:
        table.add_row(*_cells(figure))
    Console(width=150).print(table)


def write(figures: list[Figure], *, partial: bool) -> None:
    """Write both files. An unstable run has no figure for machines; a partial one leaves the document as it is."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    stable = [asdict(figure) for figure in figures if figure.value is not None]
    rows = [{key: value for key, value in figure.items() if key != "note"} for figure in stable]
    (build / "bench.json").write_text(json.dumps(rows, indent=2) + "\n")
    if not partial:
        (ROOT / "docs" / "benchmarks.md").write_text(_document(figures))


def _document(figures: list[Figure]) -> str:
    head = "| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS)
    rows = "\n".join("| " + " | ".join(_cells(figure)) + " |" for figure in figures)
    return (
        "# Benchmarks\n\n"
        "Written by `make bench`. Each ratio is value / limit: a limit that was measured in the same run in turns\n"
        "with the value, or a fixed aim (milliseconds, seconds, megabytes). Medians over rounds; the spread is the\n"
        "distance between their quartiles. Costs are CPU of all processes involved. A run whose rounds disagree by\n"
        f"more than {UNSTABLE_ABOVE:.0%} gives no figure. Absolute figures drift with the machine (here: Python\n"
        f"{platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores); compare ratios.\n\n"
        f"{head}\n{rows}\n"
    )


def _cells(figure: Figure) -> list[str]:
    def number(value: float | None) -> str:
        return "no figure" if value is None else f"{value:,.2f}"

    return [
        figure.name,
        number(figure.value),
        figure.unit,
        figure.better,
        number(figure.limit),
        number(figure.ratio),
        f"{figure.spread:.0%}",
        figure.note,
    ]
