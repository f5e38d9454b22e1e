"""What can be found wrong in a template that the schema alone lets through."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold together: `pointer` is its place (JSON pointer), `sentence` says what and how."""

    pointer: str
    sentence: str


class TemplateInconsistent(ValueError):
    """A template contradicts itself; `args` are the findings, one sentence each."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__(*(finding.sentence for finding in findings))
