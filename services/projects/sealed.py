"""What projects keeps sealed under its file key: what `shared.kit.resealing` seals anew when that is replaced."""

from collections.abc import Sequence

from services.projects.membership.service import SEAL_INFO
from services.projects.notice.sealing import SEAL_INFO as NOTICE
from shared.kit.resealing import SealedColumn

_TABLE = "notification_preference"

SEALED: Sequence[SealedColumn] = (
    SealedColumn(
        "programme_membership", "sealed_handle", SEAL_INFO, lambda row: f"programme_membership:{row['id']}".encode()
    ),
    SealedColumn(
        _TABLE, "address_sealed", NOTICE, lambda row: f"{_TABLE}/{row['tenant_id']}/{row['id']}/address".encode()
    ),
    SealedColumn(_TABLE, "code_sealed", NOTICE, lambda row: f"{_TABLE}/{row['tenant_id']}/{row['id']}/code".encode()),
)
