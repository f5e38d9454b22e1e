"""The files that deploy/compose.yml reads: settings and keys of each service, the gateway's configuration."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from cli import certificates
from cli.backup.archive import load_key
from cli.certificates import CertificateRefused
from cli.gateway import JWKS_PATH, SERVICES, GatewayOptions, render_bootstrap
from cli.gateway_tls import CHAIN, KEY, Tls
from cli.rotation import WITH_DATA, sealing_keys, service_keys
from cli.servers.accounts import private_dir
from cli.servers.processes import Account
from cli.servers.provision import role_urls
from cli.stack import keys
from cli.stack.places import ROOT, Places, write_private

CONTAINER_USER = 10001
HTTP, HTTPS = 8080, 8443
"""Ports of the gateway inside its container."""
_SECRETS = "/run/startklar"
_TLS, _CONFIG = Path("/run/startklar/tls"), Path("/etc/startklar")


@dataclass(frozen=True)
class Setup:
    """What the operator chooses. `behind_proxy`: another program on the host ends TLS and says whom it speaks for.
    `backup`: the folder of the archive of backups; None for the one of last time, else one that is on the same disk."""

    public_url: str
    profile: Literal["small", "large"] = "small"
    behind_proxy: bool = False
    backup: Path | None = None

    @property
    def is_production(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def ends_tls(self) -> bool:
        """Whether the gateway itself speaks TLS."""
        return self.is_production and not self.behind_proxy

    @property
    def host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    def container(self, service: str) -> str:
        """The container that serves a service."""
        return "small" if self.profile == "small" else service

    def internal(self, service: str) -> str:
        """Base URL of a service for the others; one process that holds all has each below `/services/`."""
        return f"http://{self.container(service)}:8000" + (f"/services/{service}" if self.profile == "small" else "")


def prepare(state: Path, setup: Setup, pair: tuple[bytes, bytes] | None = None, *, trial: bool = False) -> None:
    """Write everything below `state`; existing keys, and a certificate that still fits, stay.

    `pair` is the certificate's chain and key; `trial` makes one. Errors: CertificateRefused, before anything started.
    """
    places = Places(state)
    places.prepare()
    secret = keys.install_secret(places)
    password = keys.file_key(places, "postgres")
    admin_url = f"postgresql://postgres:{quote(password, safe='')}@postgres:5432/postgres"
    if setup.ends_tls:
        _certificate(state, setup, pair, trial=trial)
    _gateway(state, setup)
    _write_env(state / "portal.env", _common(setup))
    shutil.rmtree(state / "public", ignore_errors=True)  # a key that is forgotten shall not be registered again
    (state / "public").mkdir(mode=0o700)
    for service in WITH_DATA:
        urls = role_urls(admin_url, service, secret=secret)
        prefix = service.upper()
        own = {
            f"{prefix}_DATABASE_URL": urls["app"],
            f"{prefix}_RELAY_DATABASE_URL": urls["relay"],
            f"{prefix}_CLIENT_KEY_FILE": f"{_SECRETS}/{service}.pem",
        }
        _write_env(state / f"{service}.env", _common(setup) | own | sealing_keys(places, service))
        _write_env(state / f"{service}-migrate.env", {f"{prefix}_OWNER_DATABASE_URL": urls["owner"]})
        _hand_over(keys.client_key(places, service))
    for name, public in service_keys(places).items():
        write_private(state / "public" / name, public)
    _hand_over(state / "public", *(state / "public").iterdir())
    _backup(places, setup)
    _write_env(state / "operator.env", keys.operators(places, admin_url))
    _write_env(state / "compose.env", _compose(places, setup) | {"POSTGRES_PASSWORD": password})


def backup_folder(state: Path) -> Path:
    """Where the archive of backups was said to be; below `state` where nothing was said."""
    noted = state / "backup-folder"
    return Path(noted.read_text()) if noted.exists() else state / "archive"


def _backup(places: Places, setup: Setup) -> None:
    """The follower's key, its archive, and a folder where the log lies until it is sealed.

    Errors: ServerFailed when others may enter the archive's folder.
    """
    if setup.backup is not None:
        write_private(places.state / "backup-folder", str(setup.backup.absolute()))
    key = places.keys / "backup-key"
    load_key(key, make=True)
    follower = Account("", CONTAINER_USER, CONTAINER_USER) if os.getuid() == 0 else None
    for folder in (backup_folder(places.state), places.state / "backup"):
        private_dir(folder, follower)
    _hand_over(key)


def container_user() -> int:
    """The user id of everything of ours in containers: the operator's own, or one without rights for root."""
    return os.getuid() or CONTAINER_USER


def tls_folder(state: Path) -> Path:
    """Where the gateway's certificate lies on the host."""
    return state / "tls"


def _common(setup: Setup) -> dict[str, str]:
    return {
        "STARTKLAR_ENVIRONMENT": "production" if setup.is_production else "development",
        "STARTKLAR_PUBLIC_URL": setup.public_url,
        "STARTKLAR_ISSUER": setup.public_url,
        "STARTKLAR_JWKS_URL": f"{setup.internal('identity')}{JWKS_PATH}",
        "STARTKLAR_REDIS_URL": "redis://redis:6379/0",
        "STARTKLAR_SERVICE_URLS": json.dumps({name: setup.internal(name) for name in SERVICES}),
    }


def _compose(places: Places, setup: Setup) -> dict[str, str]:
    port = urlsplit(setup.public_url).port or 443
    return {
        "STARTKLAR_STATE": str(places.state),
        "STARTKLAR_KEYS": str(places.keys),
        "STARTKLAR_BACKUP": str(backup_folder(places.state)),
        "STARTKLAR_USER": str(container_user()),
        "STARTKLAR_PUBLIC_URL": setup.public_url,
        "STARTKLAR_HTTP": "0.0.0.0:80" if setup.ends_tls else f"127.0.0.1:{HTTP}",
        "STARTKLAR_HTTPS": f"0.0.0.0:{port}" if setup.ends_tls else f"127.0.0.1:{HTTPS}",
    }


def _certificate(state: Path, setup: Setup, pair: tuple[bytes, bytes] | None, *, trial: bool) -> None:
    folder, owner = tls_folder(state), container_user() if os.getuid() == 0 else None
    if pair is None and trial:
        chain, key, authority = certificates.make_trial(setup.host)
        write_private(state / "trial-authority.pem", authority.decode())
        pair = (chain, key)
    elif pair is None:
        if not (folder / CHAIN).exists():
            raise CertificateRefused(
                f"{setup.public_url} needs a certificate: give --certificate and --key, or --trial-certificate for a "
                "trial, or --behind-proxy where a proxy of yours ends TLS"
            )
        pair = ((folder / CHAIN).read_bytes(), (folder / KEY).read_bytes())
    certificates.install(folder, *pair, setup.host, owner=owner)
    write_private(state / "host", setup.host)


def _gateway(state: Path, setup: Setup) -> None:
    folder = state / "gateway"
    for mounted in (folder, tls_folder(state)):  # whether there is anything in it or not
        mounted.mkdir(mode=0o700, exist_ok=True)
    tls = Tls(_TLS, secret=_CONFIG / "certificate.json", plain=("0.0.0.0", HTTP)) if setup.ends_tls else None  # noqa: S104
    render_bootstrap(
        ROOT / "deploy" / "gateway" / "envoy.yaml",
        folder / "envoy.json",
        {name: (setup.container(name), 8000) for name in SERVICES},
        ("0.0.0.0", HTTPS if setup.ends_tls else HTTP),  # noqa: S104 - of the container; compose.yml says what is published
        GatewayOptions(issuer=setup.public_url, trusted_hops=1 if setup.behind_proxy else 0, tls=tls),
    )
    for path in folder.iterdir():
        path.chmod(0o600)
    _hand_over(folder, tls_folder(state), *folder.iterdir())


def _write_env(path: Path, values: dict[str, str]) -> None:
    # Single quotes: compose takes what is between them as it stands.
    write_private(path, "".join(f"{name}='{value}'\n" for name, value in values.items()))


def _hand_over(*paths: Path) -> None:
    """Root does not run the containers: what they read belongs to the user who does."""
    if os.getuid() == 0:
        for path in paths:
            os.chown(path, CONTAINER_USER, CONTAINER_USER)
