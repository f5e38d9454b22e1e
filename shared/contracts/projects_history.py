"""What projects tells of its journal: the head of each tenant's chain, so that others can keep it."""

from typing import ClassVar

from shared.contracts.journal import JournalHead


class ProjectsJournalHeadSealed(JournalHead):
    """The head of the journal of projects."""

    type: ClassVar[str] = "projects.journal.head_sealed.v1"
