"""What training keeps sealed under its file key: what `shared.kit.resealing` seals anew when that is replaced."""

from collections.abc import Sequence

from shared.kit.resealing import SealedColumn

_SEAL = b"startklar.training.seal.v1"
_ADDRESS = b"startklar.training.address.v1"
_STORE = b"startklar.training.record-store.v1"

SEALED: Sequence[SealedColumn] = (
    SealedColumn("session_door", "secret", _SEAL, lambda row: f"session_door/{row['id']}".encode()),
    SealedColumn("issuer_key", "private_sealed", _SEAL, lambda row: f"issuer_key/{row['id']}".encode()),
    SealedColumn(
        "mail_address", "sealed", _ADDRESS, lambda row: f"mail_address/{row['tenant_id']}/{row['id']}".encode()
    ),
    SealedColumn("record_store", "sealed", _STORE, lambda row: f"record_store/{row['tenant_id']}/{row['id']}".encode()),
)
