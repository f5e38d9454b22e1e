"""What was found in a delivery: one record per place. What it means stands in `services/sync/rules`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing found. `line` counts from 1 with the header as line 1; `column` as the file spells it."""

    rule: str
    file: str = ""
    line: int | None = None
    column: str | None = None


class Fatal(Exception):
    """The delivery cannot be read at all."""

    def __init__(self, rule: str, file: str = "", *, line: int | None = None, column: str | None = None) -> None:
        super().__init__(rule)
        self.finding = Finding(rule, file, line, column)
