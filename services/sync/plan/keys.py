"""The keys of a tenant's national numbers, derived from the service's file key: nothing more to store or to lose."""

from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.sync.reading.civic import CivicKeys
from shared.kit.keyring import index_key


def civic_keys(file_key: bytes, tenant: UUID) -> CivicKeys:
    """The two keys of `tenant`; `file_key` is 32 bytes. They stay when that is replaced: people are found by them."""
    file_key = index_key(file_key)
    return CivicKeys(_derive(file_key, tenant, b"hashing"), _derive(file_key, tenant, b"sealing"))


def _derive(file_key: bytes, tenant: UUID, use: bytes) -> bytes:
    info = b"startklar.civic.v1/" + use
    return HKDF(algorithm=SHA256(), length=32, salt=tenant.bytes, info=info).derive(file_key)
