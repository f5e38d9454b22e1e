"""Reads a private key as somebody entered it, and gives it back without its passphrase.

Called in a child process (`key_opening`), so it imports what reads keys and nothing else.
"""

import asyncssh
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

_MOST_BITS = 8192


def read_ssh(private: str, passphrase: str) -> str:
    """In OpenSSH's own form. Raises for everything that is no such key."""
    key = asyncssh.import_private_key(private, passphrase or None)
    return key.export_private_key().decode()


def read_rsa(private: str, passphrase: str) -> str:
    """As PKCS #8. Raises for everything that is no such key."""
    key = load_pem_private_key(private.encode(), passphrase.encode() or None)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size > _MOST_BITS:
        raise ValueError("not a key that signs")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
