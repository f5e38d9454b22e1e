"""Adds up what all processes have played, and prints it."""

from typing import Any

from tests.sync.disasters.simulator import Tally


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Only where this folder is what was asked for: otherwise pytest knows this file too late to ask it."""
    tally = Tally()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name == "tally":
                    tally.add(str(value))
    if tally.seeds:
        terminalreporter.section("disasters")
        terminalreporter.write_line(tally.summary())
