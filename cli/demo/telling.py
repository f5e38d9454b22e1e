"""How the story reaches the reader: acts with their time on a screen, JSON lines for scripts."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table


class Telling:
    """Prints acts, facts and tables; `as_json` prints one JSON object for each instead."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._console = Console()
        self._number = 0

    @contextmanager
    def act(self, title: str) -> Iterator[None]:
        """One act: its title when it begins, its seconds when it has held."""
        self._number += 1
        begin = time.monotonic()
        if not self._as_json:
            self._console.print(f"[bold]{self._number:2}. {title}[/bold]")
        yield
        seconds = round(time.monotonic() - begin, 2)
        if self._as_json:
            self._line({"act": self._number, "title": title, "seconds": seconds, "held": True})
        else:
            self._console.print(f"    [green]held[/green] ({seconds} s)")

    def fact(self, text: str) -> None:
        """Something that was read back from the API."""
        if self._as_json:
            self._line({"act": self._number, "fact": text})
        else:
            self._console.print(f"    {text}", highlight=False)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Several facts of one shape."""
        if self._as_json:
            self._line(
                {"act": self._number, "table": title, "rows": [dict(zip(columns, row, strict=True)) for row in rows]}
            )
            return
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        self._console.print(table)

    def failed(self, reason: str) -> None:
        """The story ends here, and why."""
        if self._as_json:
            self._line({"act": self._number, "held": False, "reason": reason})
        else:
            self._console.print(f"    [bold red]does not hold:[/bold red] {reason}", highlight=False)

    @staticmethod
    def _line(value: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()
