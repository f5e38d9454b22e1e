"""What identity keeps sealed under its file key: what `shared.kit.resealing` seals anew when that is replaced."""

from collections.abc import Sequence

from shared.kit.resealing import SealedColumn

_INFO = b"startklar.identity.seal.v1"

SEALED: Sequence[SealedColumn] = (
    SealedColumn("signing_key", "private_sealed", _INFO, lambda row: f"signing_key/{row['kid']}".encode()),
    SealedColumn(
        "identity_provider", "client_secret_sealed", _INFO, lambda row: f"identity_provider/{row['id']}".encode()
    ),
    SealedColumn("break_glass", "totp_sealed", _INFO, lambda row: f"break_glass/{row['id']}".encode()),
    SealedColumn("sso_session", "upstream_subject_sealed", _INFO, lambda row: f"sso_session/{row['id']}".encode()),
    SealedColumn("tenant_key", "private_sealed", _INFO, lambda row: f"tenant_key/{row['id']}".encode()),
    SealedColumn("login_trial", "evidence_sealed", _INFO, lambda row: f"login_trial/{row['id']}".encode()),
)
