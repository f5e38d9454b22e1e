"""Opens private keys where time and memory are limited: what a key costs to read stands in the key itself (rounds of
bcrypt, scrypt or PBKDF2, the length of its numbers), and whoever enters one would hold up everybody."""

from collections.abc import Callable

from shared.queue.child import ChildFailed, run_in_child
from shared.queue.faults import WorkTooLarge, WorkTooLong

# Of the clock: on a machine that is busy at night, a child takes many seconds to start.
SECONDS = 60.0
_MEMORY_MB = 512


class KeyUnreadable(Exception):
    """No key, another passphrase, or one that takes longer to read than anybody's does."""


async def opened(read: Callable[[str, str], str], private: str, passphrase: str) -> str:
    """The key without its passphrase, which costs nothing to read; `read` is of `private_key`. Raises KeyUnreadable."""
    try:
        return str(await run_in_child(read, private, passphrase, memory_mb=_MEMORY_MB, seconds=SECONDS))
    except (ChildFailed, WorkTooLong, WorkTooLarge):
        raise KeyUnreadable() from None
