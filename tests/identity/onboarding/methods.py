"""A login method on its way: drafted over HTTP, tried by a login whose answer the test gives."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
from sqlalchemy import text

from services.identity.assurance.evaluation import evaluate
from services.identity.assurance.evidence import Evidence
from services.identity.login.service import LoginDesk
from services.identity.login.underway import ProtocolMemory, Underway
from services.identity.loginlog.service import LoginLogService
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.provider.service import locked_provider
from services.identity.secret.sealing import Sealer
from shared.kit import clock
from shared.kit.handle import Handle
from tests.identity.people import verify_scope
from tests.support.services import ServiceUnderTest

ADMIN = "tenant_admin@*"
STRONG = "urn:startklar:loa:strong"
TWO_FACTOR = "urn:idp:two-factor"
EPPN = "eduPersonPrincipalName"
BODY = {
    "name": "Norrviks inloggning",
    "issuer": "https://login.norrvik.example",
    "clientId": "startklar",
    "clientSecret": "a secret of the provider",
    "acrMap": {TWO_FACTOR: STRONG},
}


def answer(login_name: str = "anna@norrvik.example", context: str = TWO_FACTOR, **values: str) -> ProvenLogin:
    """What the provider proves, with its attributes."""
    attributes = {EPPN: (login_name,), **{name: (value,) for name, value in values.items()}}
    evidence = Evidence((context,), attributes, ("pwd", "otp"))
    facts = {"signature": "ES256", "clock_skew_seconds": "2"}
    return ProvenLogin(login_name, "a subject", clock.now(), evidence, attributes=attributes, facts=facts)


@dataclass
class Methods:
    """The login methods of the test's tenant."""

    service: ServiceUnderTest

    @property
    def desk(self) -> LoginDesk:
        return LoginDesk(self.service.database, Sealer(self.service.settings.file_key_bytes()))

    async def open_account(self, login_name: str = "anna@norrvik.example") -> str:
        """An account that the tenant's provider may vouch for."""
        await verify_scope(self.service)
        body = {"loginName": login_name, "displayName": "Anna Exempel"}
        made = await self.service.client.post("/identity/v1/accounts", json=body, headers=self.service.as_(ADMIN))
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def draft(self, expect: int = 201, **changes: Any) -> dict[str, Any]:
        body = {name: value for name, value in (BODY | changes).items() if value is not None}
        made = await self.service.client.post(
            "/identity/v1/identity-providers", json=body, headers=self.service.as_(ADMIN)
        )
        assert made.status_code == expect, made.text
        found: dict[str, Any] = made.json()
        return found

    async def get(self, path: str, role: str = ADMIN, expect: int = 200, **params: Any) -> Any:
        found = await self.service.client.get(f"/identity/v1/{path}", headers=self.service.as_(role), params=params)
        assert found.status_code == expect, found.text
        return found.json()

    async def change(self, provider_id: str, **body: Any) -> httpx.Response:
        present = await self.get(f"identity-providers/{provider_id}")
        headers = self.service.as_(ADMIN) | {"If-Match": f'"{present["version"]}"'}
        path = f"/identity/v1/identity-providers/{provider_id}"
        return await self.service.client.patch(path, json=body, headers=headers)

    async def begin(self, provider_id: str, expect: int = 201, **body: Any) -> dict[str, Any]:
        path = f"/identity/v1/identity-providers/{provider_id}/trials"
        made = await self.service.client.post(path, json=body, headers=self.service.as_(ADMIN))
        assert made.status_code == expect, made.text
        found: dict[str, Any] = made.json()
        return found

    async def arrive(self, trial: dict[str, Any], protocol: Any = "oidc") -> Underway:
        """The trial's login, come back from the provider in its browser."""
        handle = Handle.parse(parse_qs(urlsplit(trial["url"]).query)["request"][0])
        memory = ProtocolMemory(protocol, "nonce", "verifier")
        departure = await self.desk.depart(self.service.tenant, handle, None, memory)
        return await self.desk.underway(self.service.tenant, departure.state, departure.browser, protocol)

    async def finish(self, trial: dict[str, Any], outcome: ProvenLogin | LoginFault, protocol: Any = "oidc") -> Any:
        """Make the trial's login; the trial as it is read afterwards."""
        underway = await self.arrive(trial, protocol)
        if isinstance(outcome, ProvenLogin):
            await self.desk.try_out(underway, outcome)
        else:
            await self.desk.fail(underway, LoginFailed("of the protocol", outcome))
        return await self.get(f"identity-providers/{trial['providerId']}/trials/{trial['id']}")

    async def verify(self, provider_id: str, login: ProvenLogin | None = None, **body: Any) -> dict[str, Any]:
        """A trial that succeeds."""
        told: dict[str, Any] = await self.finish(await self.begin(provider_id, **body), login or answer())
        assert told["state"] == "passed", told
        return told

    async def activate(self, provider_id: str) -> dict[str, Any]:
        made = await self.change(provider_id, state="active")
        assert made.status_code == 200, made.text
        found: dict[str, Any] = made.json()
        return found

    async def log_in(self, provider_id: str, account_id: str) -> None:
        """A real login, as the log keeps it."""
        async with self.service.database.transaction(self.service.tenant) as session:
            provider = await locked_provider(session, UUID(provider_id))
            assurance = evaluate(answer().evidence, provider.loa_map, provider.acr_map)
            LoginLogService(session).succeeded(provider, UUID(account_id), assurance, client_id="demo-app")

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """What was told of login methods and certificates, oldest first; needs a service that commits."""
        async with self.service.relay.transaction(None) as session:
            rows = await session.execute(
                text(
                    "SELECT type, data FROM outbox WHERE type LIKE 'identity.login_method.%'"
                    " OR type LIKE 'identity.certificate.%' ORDER BY seq"
                )
            )
            return [(row.type.split(".")[2], row.data) for row in rows]
