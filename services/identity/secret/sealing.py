"""What identity must read again (signing keys, secrets at providers), sealed under a key of its own."""

from shared.kit import sealing
from shared.kit.sealing import SealBroken

__all__ = ["SealBroken", "Sealer"]


class Sealer(sealing.Sealer):
    """Seals for identity alone."""

    def __init__(self, file_key: bytes) -> None:
        super().__init__(file_key, b"startklar.identity.seal.v1")
