"""The ordinary login in two round trips: what is known of the person, then all that a login leaves behind.

Somebody without a session here, at home where the code is for. Everything else goes through the login desk's session,
which decides by the same functions and writes the same rows.
"""

from dataclasses import dataclass
from datetime import timedelta

from services.identity.admission.reading import read
from services.identity.admission.service import let_in, whom
from services.identity.assurance.evaluation import evaluate
from services.identity.authorization.models import AuthorizationCode
from services.identity.authorization.request import AuthorizationRequest
from services.identity.authorization.service import AGE_LEEWAY, code_values, satisfies
from services.identity.login.underway import LoggedIn, Underway
from services.identity.loginlog.models import LoginEntry
from services.identity.loginlog.service import success_values
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin, ReplayKey
from services.identity.provider.models import IdentityProvider
from services.identity.replay.models import AssertionReplay
from services.identity.secret.sealing import Sealer
from services.identity.session.models import SsoSession
from services.identity.session.service import NewSession, live_of, session_values
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.handle import Handle, digest_of
from shared.kit.hot import as_row, insertion
from shared.kit.ids import new_id

NOT_STRONG_ENOUGH = "the login was not as strong or recent as asked for"

# The replay row comes first, and nothing else without it.
_WRITE = ", ".join(
    (
        f"replay AS ({insertion('assertion_replay', '$2')} ON CONFLICT DO NOTHING RETURNING digest)",
        f"session AS ({insertion('sso_session', '$3', 'replay')})",
        f"entry AS ({insertion('login_log', '$4', 'replay')})",
        f"code AS ({insertion('authorization_code', '$5', 'replay')})",
    )
)
_WRITTEN = "SELECT EXISTS (SELECT FROM replay) AS is_first LIMIT 1"


@dataclass(frozen=True)
class PlainLogin:
    """A login that changes nothing but what it adds."""

    provider: IdentityProvider
    request: AuthorizationRequest
    proven: ProvenLogin
    replay: ReplayKey


def plain_login(underway: Underway, request: AuthorizationRequest, proven: ProvenLogin) -> PlainLogin | None:
    """The login, if it is an ordinary one."""
    is_first = underway.former_session_id is None and underway.expected_account_id is None
    is_for_anybody = request.hinted_account is None
    if not is_first or not is_for_anybody or proven.replay is None or request.tenant != underway.provider.tenant_id:
        return None
    return PlainLogin(underway.provider, request, proven, proven.replay)


class PlainLogins:
    """The ordinary logins of one database."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    async def admit(self, login: PlainLogin, lifetime: timedelta) -> LoggedIn | None:
        """A session and a code; None, with nothing written, for who holds no role. Raises LoginFailed."""
        tenant, proven = login.provider.tenant_id, login.proven
        known = await read(self._database, login.provider, proven)
        account = let_in(whom(login.provider, proven, known))
        if not account.has_role:
            return None
        new = new_session(self._sealer, login.provider, proven, lifetime)
        cookie, code = Handle.new(tenant), Handle.new(tenant)
        session = session_values(cookie, account.id, new)
        live = live_of(session)
        if not satisfies(live, login.request, AGE_LEEWAY):
            raise LoginFailed(NOT_STRONG_ENOUGH, LoginFault.too_weak, account.id)
        replay = {"tenant_id": tenant, "digest": login.replay.digest, "expires_at": login.replay.expires_at}
        entry = success_values(login.provider, account.id, new.assurance, login.request.client_id)
        rows = (
            as_row(AssertionReplay, replay),
            as_row(SsoSession, session),
            as_row(LoginEntry, entry),
            as_row(AuthorizationCode, code_values(code, login.request, live)),
        )
        written = await self._database.hot_change(tenant, _WRITE, _WRITTEN, *rows)
        if not written[0]["is_first"]:
            raise LoginFailed("the answer was used before", LoginFault.replayed)
        return LoggedIn(cookie, code.text)


def new_session(sealer: Sealer, provider: IdentityProvider, proven: ProvenLogin, lifetime: timedelta) -> NewSession:
    """What a login is worth, and how long."""
    session_id, expires_at = new_id(), clock.now() + lifetime
    return NewSession(
        id=session_id,
        provider=provider,
        assurance=evaluate(proven.evidence, provider.loa_map, provider.acr_map),
        auth_time=proven.auth_time,
        expires_at=min(expires_at, proven.session_until or expires_at),
        upstream_session=proven.session_id,
        upstream_subject_hash=digest_of(f"{provider.issuer}\x1f{proven.subject}"),
        upstream_subject_sealed=sealer.seal(proven.subject.encode(), f"sso_session/{session_id}"),
    )
