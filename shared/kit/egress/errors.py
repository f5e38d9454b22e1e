"""Why a call did not leave, or did not come back. Messages name hosts and reasons, never headers or bodies."""

from typing import Literal

RefusalReason = Literal["scheme", "insecure", "credentials", "host", "port", "address", "unresolvable", "method"]
FailureKind = Literal["timeout", "connect", "tls", "protocol", "too-large"]


class EgressError(Exception):
    """Base of both; `code` is stable for programs and for the delivery log."""

    code: str


class EgressRefused(EgressError):
    """Our own rules forbid the call: nothing was sent. Trying again does not help until the URL or its DNS changes."""

    def __init__(self, reason: RefusalReason, message: str) -> None:
        super().__init__(message)
        self.reason: RefusalReason = reason
        self.code = f"refused-{reason}"


class EgressFailed(EgressError):
    """The other side was not reached, or broke the protocol or a limit; it may have acted on the call."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind
        self.code = kind
