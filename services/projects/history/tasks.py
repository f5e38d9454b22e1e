"""The chain over the journal of projects: sealed every few minutes, its head told every day."""

from collections.abc import Mapping
from pathlib import Path

from shared.auth.service_tokens import signer_of
from shared.contracts.projects_history import ProjectsJournalHeadSealed
from shared.kit.seals import Seal
from shared.queue import JobHandler
from shared.queue.sealing import sealing_jobs


def history_jobs(key_file: Path | None) -> Mapping[str, JobHandler]:
    """The periodic work of this feature, by kind; `key_file` is the service's own key."""
    return sealing_jobs(_told, signer_of(key_file))


def _told(head: Seal, signature: str) -> ProjectsJournalHeadSealed:
    return ProjectsJournalHeadSealed(seal_id=head.id, number=head.number, hash=head.hash.hex(), signature=signature)
