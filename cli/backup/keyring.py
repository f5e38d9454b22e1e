"""The keys of an installation in one file, sealed with a passphrase: the backup of what backups are opened with.

Without it the backups cannot be opened, nor stored files and sealed columns in the databases that they bring back. It
belongs where the backups are not: whoever has both needs the passphrase alone.
"""

import base64
import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from cli.backup.sealing import BackupRefused
from cli.servers.accounts import private_dir
from cli.stack.places import write_private

SHORTEST = 16
_COST = 2**15  # about 0.1 s and 32 MB per guess
_PURPOSE = b"startklar.keyring.v1"


def save_keys(folder: Path, target: Path, passphrase: str) -> int:
    """Write every key of `folder` to `target`; returns how many. Errors: `BackupRefused` for a short passphrase."""
    if len(passphrase) < SHORTEST:
        raise BackupRefused(f"the passphrase must have at least {SHORTEST} characters: it alone protects all keys")
    found = {path.name: base64.b64encode(path.read_bytes()).decode() for path in sorted(folder.iterdir())}
    if not found:
        raise BackupRefused(f"there are no keys in {folder}")
    salt, nonce = os.urandom(16), os.urandom(12)
    body = AESGCM(_key(passphrase, salt)).encrypt(nonce, json.dumps(found).encode(), _PURPOSE)
    parts = {"format": "startklar keys 1", "salt": salt.hex(), "nonce": nonce.hex()}
    write_private(target, json.dumps(parts | {"body": base64.b64encode(body).decode()}) + "\n")
    return len(found)


def load_keys(source: Path, folder: Path, passphrase: str) -> int:
    """Put the keys of `source` into `folder`; returns how many. Errors: `BackupRefused`, also where keys differ."""
    try:
        parts = json.loads(source.read_text())
        aead = AESGCM(_key(passphrase, bytes.fromhex(parts["salt"])))
        plain = aead.decrypt(bytes.fromhex(parts["nonce"]), base64.b64decode(parts["body"]), _PURPOSE)
    except (OSError, ValueError, KeyError, TypeError, InvalidTag) as error:
        raise BackupRefused(f"{source} does not open: the passphrase is wrong, or the file is damaged") from error
    found = {name: base64.b64decode(body) for name, body in json.loads(plain).items()}
    private_dir(folder)
    other = [name for name, body in found.items() if (folder / name).exists() and (folder / name).read_bytes() != body]
    if other:
        raise BackupRefused(f"{folder} holds other keys already ({', '.join(other)}): move them away first")
    for name, body in found.items():
        write_private(folder / os.path.basename(name), body.decode())
    return len(found)


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase.encode())
