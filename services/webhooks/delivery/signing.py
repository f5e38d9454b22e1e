"""The signature of Standard Webhooks 1.0.0: who sent this, when, and that nobody changed it."""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def headers(secrets: Sequence[bytes], message_id: str, sent_at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a delivery; one signature for each secret, so that a rotation loses nothing."""
    timestamp = int(sent_at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message_id, timestamp, body) for secret in secrets),
    }
