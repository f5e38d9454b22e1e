"""Where the figures go: a table on the screen, docs/benchmarks.md for readers, build/bench.json for machines."""

import json
import platform
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import Figure

ROOT = Path(__file__).parents[2]
COLUMNS = ("name", "value", "unit", "limit", "ratio", "spread", "note")


def show(figures: list[Figure]) -> None:
    """Print the table."""
    table = Table(*COLUMNS)
    for figure in figures:
        table.add_row(*_cells(figure))
    Console(width=150).print(table)


def write(figures: list[Figure], *, partial: bool) -> None:
    """Write both files; a partial run leaves the document for readers alone."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    rows = [{key: value for key, value in asdict(figure).items() if key != "note"} for figure in figures]
    (build / "bench.json").write_text(json.dumps(rows, indent=2) + "\n")
    if not partial:
        (ROOT / "docs" / "benchmarks.md").write_text(_document(figures))


def _document(figures: list[Figure]) -> str:
    head = "| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS)
    rows = "\n".join("| " + " | ".join(_cells(figure)) + " |" for figure in figures)
    return (
        "# Benchmarks\n\n"
        "Written by `make bench`. Each ratio is value / limit, both measured in the same run in turns; medians over\n"
        "rounds, spread between quartiles. Costs are CPU of all processes involved. Absolute figures drift with the\n"
        f"machine (here: Python {platform.python_version()}, {platform.machine()}); compare ratios.\n\n"
        f"{head}\n{rows}\n"
    )


def _cells(figure: Figure) -> list[str]:
    def number(value: float | None) -> str:
        return "no figure" if value is None else f"{value:,.2f}"

    return [
        figure.name,
        number(figure.value),
        figure.unit,
        number(figure.limit),
        number(figure.ratio),
        f"{figure.spread:.0%}",
        figure.note,
    ]
