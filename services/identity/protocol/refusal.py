"""OAuth's own error shape (RFC 6749 section 5.2), which clients' libraries expect in place of a problem document."""

from typing import Literal

ErrorCode = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "invalid_target",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "unsupported_token_type",
    "access_denied",
    "login_required",
    "interaction_required",
    "request_not_supported",
    "request_uri_not_supported",
    "invalid_request_uri",
    "invalid_dpop_proof",
    "authorization_pending",
    "slow_down",
    "expired_token",
    "unmet_authentication_requirements",
    "temporarily_unavailable",
]


class Refusal(Exception):
    """A refused protocol request. `description` is for the client's developer, in English, without personal data.

    Where a refusal goes with an effect that must stay (a stolen family that is revoked), it is returned, not raised:
    raising would roll the effect back.
    """

    def __init__(self, code: ErrorCode, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code: ErrorCode = code
        self.description = description

    @property
    def status(self) -> int:
        """401 for a client that did not authenticate, else 400."""
        return 401 if self.code == "invalid_client" else 400

    def body(self) -> dict[str, str]:
        return {"error": self.code, "error_description": self.description}
