"""Tells what the start is doing: lines on a terminal, and the steps in the record for whoever waits elsewhere.

No spinner: rich would start a thread for it, and the supervisor must stay free of threads until it has forked.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from cli.stack.places import Places
from cli.stack.record import Record, Step


class Progress:
    """Prints to `console` unless `quiet`; keeps the record of the run up to date."""

    def __init__(self, record: Record, places: Places, console: Console, *, quiet: bool = False) -> None:
        self.record = record
        self._places = places
        self._console = console
        self._quiet = quiet

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time a part of the start; the block may refine `step.name`."""
        step = Step(name)
        self.record.steps.append(step)
        self.record.save(self._places)
        begin = time.monotonic()
        yield step
        step.seconds = round(time.monotonic() - begin, 2)
        self.record.save(self._places)
        if not self._quiet:
            show_step(self._console, step)

    def warn(self, text: str) -> None:
        """Something that works, but not as one would expect."""
        self.record.warnings.append(text)
        self.record.save(self._places)
        if not self._quiet:
            self._console.print(f"[yellow]![/] {text}", highlight=False)


def show_step(console: Console, step: Step) -> None:
    """One finished step on one line."""
    console.print(f"[green]✓[/] {step.name:<58} [dim]{step.seconds:6.2f} s[/]", highlight=False)
