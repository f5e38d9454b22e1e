"""What webhooks keeps sealed under its file key: what `shared.kit.resealing` seals anew when that is replaced."""

from collections.abc import Sequence

from services.webhooks.endpoint.secret import SEAL_INFO
from shared.kit.resealing import SealedColumn

SEALED: Sequence[SealedColumn] = (
    SealedColumn("endpoint_secret", "sealed", SEAL_INFO, lambda row: row["tenant_id"].bytes + row["id"].bytes),
)
