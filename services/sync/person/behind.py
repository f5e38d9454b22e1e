"""Who stands behind an account: what two persons must do is not done by two accounts of one."""

from uuid import UUID

from shared.auth import Principal


def is_same_person(caller: Principal, account_id: UUID | None, person_id: UUID | None) -> bool:
    """Whether the caller is whoever used that account, or the same person of the roster by another one."""
    return caller.subject == account_id or (caller.person is not None and caller.person == person_id)
