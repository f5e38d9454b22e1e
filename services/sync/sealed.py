"""What sync keeps sealed under its file key: what `shared.kit.resealing` seals anew when that is replaced."""

from collections.abc import Sequence

from services.sync.outbound.service import SEAL_INFO
from shared.kit.resealing import SealedColumn

_SOURCE = b"startklar.sync.source.v1"

# National numbers lie under the first file key for good: `services.sync.plan.keys`.
SEALED: Sequence[SealedColumn] = (
    SealedColumn("source", "credentials", _SOURCE, lambda row: f"source:{row['tenant_id']}:{row['id']}".encode()),
    SealedColumn("source_subscription", "sealed", _SOURCE, lambda row: f"source_subscription:{row['id']}".encode()),
    SealedColumn("outbound_template", "credentials", SEAL_INFO, lambda row: f"outbound_template:{row['id']}".encode()),
)
