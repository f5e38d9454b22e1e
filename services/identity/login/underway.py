"""What a login is on its way to a provider and back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.identity.authorization.request import AuthorizationRequest
from services.identity.provider.models import IdentityProvider
from shared.kit.handle import Handle

Protocol = Literal["oidc", "saml"]


@dataclass(frozen=True)
class Wishes:
    """What the login should be like. `contexts` are the provider's own values, any of which will do."""

    contexts: tuple[str, ...] = ()
    max_age: int | None = None
    must_log_in_again: bool = False


@dataclass(frozen=True)
class Departure:
    """A login about to leave for a provider. `state` comes back with the answer; `browser` is the cookie's value."""

    provider: IdentityProvider
    state: Handle
    wishes: Wishes
    browser: str
    purpose: str
    is_step_up: bool


@dataclass(frozen=True)
class Underway:
    """A login whose answer has come: what the client asked (nothing on trial), where the person was sent, and when."""

    request: AuthorizationRequest | None
    provider: IdentityProvider
    state: Handle
    wishes: Wishes
    nonce: str | None
    code_verifier: str | None
    protocol_request_id: str | None
    expected_account_id: UUID | None
    former_session_id: UUID | None
    began_at: datetime
    trial_id: UUID | None

    @property
    def is_step_up(self) -> bool:
        """Whether somebody who is logged in must log in more strongly or anew."""
        return self.expected_account_id is not None


@dataclass(frozen=True)
class LoggedIn:
    """The new session, the secret for its cookie, and the code for the client."""

    cookie: Handle
    code: str


@dataclass(frozen=True)
class ProtocolMemory:
    """What a protocol must find again when the answer comes."""

    protocol: Protocol
    nonce: str | None = None
    code_verifier: str | None = None
    request_id: str | None = None
