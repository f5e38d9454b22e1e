"""What projects tells of reads of sensitive data that it refused."""

from typing import ClassVar

from shared.contracts.assurance import AssuranceViolation


class ProjectsAssuranceViolated(AssuranceViolation):
    """Sensitive data in projects was asked for with one factor."""

    type: ClassVar[str] = "projects.assurance.violated.v1"
