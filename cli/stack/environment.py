"""The environment of each process: its own service's settings and secrets, nobody else's."""

import json
import os
from dataclasses import dataclass, field
from typing import Any

from cli.servers.provision import role_urls
from cli.stack import keys
from cli.stack.places import ROOT, Places
from cli.stack.plan import SMALL, Plan
from cli.stack.ports import HOST

DEMO_IDP = "demo-idp"
_INHERITED = ("PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass
class Wiring:
    """What the processes of one run must know of each other. `web` holds the internal port of each web app."""

    places: Places
    plan: Plan
    admin_url: str
    redis_url: str
    gateway_port: int
    web: dict[str, int]
    caller: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def gateway(self) -> str:
        """Base URL of the gateway, which is the issuer of the tokens too."""
        return f"http://{HOST}:{self.gateway_port}"

    def internal(self, name: str) -> str:
        """Base URL of a web app, past the gateway. One process that holds all has each below `/services/`."""
        if name in self.web:
            return f"http://{HOST}:{self.web[name]}"
        return f"http://{HOST}:{self.web[SMALL]}/services/{name}"

    def upstream(self, service: str) -> tuple[str, int]:
        """Where the gateway finds a service."""
        return HOST, self.web.get(service) or self.web[SMALL]

    def roles(self, service: str) -> dict[str, str]:
        """Database URLs of a service by role; `<SERVICE>_DATABASE_URL` and its like of the caller win."""
        urls = role_urls(self.admin_url, service, secret=keys.install_secret(self.places))
        names = {"app": "DATABASE_URL", "owner": "OWNER_DATABASE_URL", "relay": "RELAY_DATABASE_URL"}
        for role, variable in names.items():
            urls[role] = self.caller.get(f"{service.upper()}_{variable}", urls[role])
        return urls

    def common(self) -> dict[str, str]:
        """What every process of ours may know."""
        inherited = {name: self.caller[name] for name in _INHERITED if name in self.caller}
        own = {name: value for name, value in self.caller.items() if name.startswith("STARTKLAR_")}
        settings = {
            "PYTHONPATH": str(ROOT),
            "STARTKLAR_ENVIRONMENT": "development",
            "STARTKLAR_PUBLIC_URL": self.gateway,
            "STARTKLAR_ISSUER": self.gateway,
            "STARTKLAR_JWKS_URL": f"{self.internal('identity')}/oauth2/jwks",
            "STARTKLAR_REDIS_URL": self.redis_url,
            "STARTKLAR_MAIL_SPOOL": str(self.places.mail),
            "STARTKLAR_SERVICE_URLS": json.dumps({name: self.internal(name) for name in self.plan.services}),
        }
        return inherited | settings | own

    def tracing(self) -> dict[str, Any]:
        """The gateway's part of what `STARTKLAR_OTLP_ENDPOINT` and `STARTKLAR_TRACE_RATIO` tell every process."""
        ratio = float(self.caller.get("STARTKLAR_TRACE_RATIO", "1"))
        return {"trace_endpoint": self.caller.get("STARTKLAR_OTLP_ENDPOINT"), "trace_ratio": ratio}

    def of_demo(self) -> dict[str, str]:
        """For the demo identity provider, and for the seeding that tells it of its users and clients."""
        return {
            "STARTKLAR_DEMO_IDP_URL": self.internal(DEMO_IDP),
            "STARTKLAR_DEMO_IDP_FILE": str(self.places.keys / "demo-idp.json"),
        }

    def of_service(self, service: str, *, metrics_port: int | None = None) -> dict[str, str]:
        """The settings of a service's web app or worker; those of every service for a process that holds all."""
        settings = self.common()
        for held in self.plan.held_by(service):
            settings |= self._settings_of(held)
        if metrics_port is not None:
            settings[f"{service.upper()}_METRICS_PORT"] = str(metrics_port)
        return settings | self._given(service)

    def _settings_of(self, service: str) -> dict[str, str]:
        return (self._data_settings(service) if service in self.plan.with_data else {}) | self._given(service)

    def _given(self, service: str) -> dict[str, str]:
        prefix = service.upper()
        own = {name: value for name, value in self.caller.items() if name.startswith(f"{prefix}_")}
        own.pop(f"{prefix}_OWNER_DATABASE_URL", None)
        return own

    def _data_settings(self, service: str) -> dict[str, str]:
        prefix = service.upper()
        urls = self.roles(service)
        return {
            f"{prefix}_DATABASE_URL": urls["app"],
            f"{prefix}_RELAY_DATABASE_URL": urls["relay"],
            f"{prefix}_CLIENT_KEY_FILE": str(keys.client_key(self.places, service)),
            f"{prefix}_FILE_KEY": keys.file_key(self.places, service),
        }

    def of_migration(self, service: str) -> dict[str, str]:
        """The owner's URL, which no serving process ever sees."""
        return self.common() | {f"{service.upper()}_OWNER_DATABASE_URL": self.roles(service)["owner"]}
