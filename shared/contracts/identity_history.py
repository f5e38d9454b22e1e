"""What identity tells of its journal: the head of each tenant's chain, so that others can keep it."""

from typing import ClassVar

from shared.contracts.journal import JournalHead


class IdentityJournalHeadSealed(JournalHead):
    """The head of the journal of identity."""

    type: ClassVar[str] = "identity.journal.head_sealed.v1"
