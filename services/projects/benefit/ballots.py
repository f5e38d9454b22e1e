"""Anonymous answers: how somebody is kept from answering twice without anybody knowing what they answered.

The token is a keyed hash of the account, and the key belongs to one survey or poll alone and is destroyed when it
closes. The token stands beside no answer. Ids of such rows are random: those of the house tell when they were made.
"""

import hashlib
import hmac
import secrets
from uuid import UUID


def new_salt() -> str:
    return secrets.token_hex(32)


def token(salt: str, account_id: UUID) -> str:
    """The same for the same account and salt, and nothing without the salt."""
    return hmac.new(bytes.fromhex(salt), account_id.bytes, hashlib.sha256).hexdigest()


def anonymous_id() -> UUID:
    """An id that does not tell when it was made."""
    return UUID(bytes=secrets.token_bytes(16), version=4)
