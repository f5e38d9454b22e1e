"""`python -m cli.compose`: what deploy/compose.yml needs beside images: secrets, settings, databases.

`prepare` runs on the host and writes, once, one environment file and one key per service, so that no service holds
another's secrets. `provision` runs in the operator's container and makes databases and roles.
"""

import argparse
import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from cli.gateway import JWKS_PATH, SERVICES
from cli.servers.provision import provision, role_urls
from cli.stack import keys
from cli.stack.places import ROOT, Places, write_private

STATE = ROOT / ".startklar" / "compose"
CONTAINER_USER = 10001
WITH_DATA = tuple(name for name in SERVICES if name != "portal")
_SECRETS = "/run/startklar"


def prepare(state: Path, public_url: str) -> None:
    """Write `compose.env`, `<service>.env`, `<service>-migrate.env` and keys below `state`; existing keys stay."""
    places = Places(state)
    places.prepare()
    secret = keys.install_secret(places)
    password = keys.file_key(places, "postgres")
    admin_url = f"postgresql://postgres:{quote(password, safe='')}@postgres:5432/postgres"
    common = {
        "STARTKLAR_ENVIRONMENT": "production" if public_url.startswith("https://") else "development",
        "STARTKLAR_PUBLIC_URL": public_url,
        "STARTKLAR_ISSUER": public_url,
        "STARTKLAR_JWKS_URL": f"http://identity:8000{JWKS_PATH}",
        "STARTKLAR_REDIS_URL": "redis://redis:6379/0",
        "STARTKLAR_SERVICE_URLS": json.dumps({name: f"http://{name}:8000" for name in SERVICES}),
    }
    _write_env(state / "portal.env", common)
    for service in WITH_DATA:
        urls = role_urls(admin_url, service, secret=secret)
        prefix = service.upper()
        own = {
            f"{prefix}_DATABASE_URL": urls["app"],
            f"{prefix}_RELAY_DATABASE_URL": urls["relay"],
            f"{prefix}_FILE_KEY": keys.file_key(places, service),
            f"{prefix}_CLIENT_KEY_FILE": f"{_SECRETS}/{service}.pem",
        }
        _write_env(state / f"{service}.env", common | own)
        _write_env(state / f"{service}-migrate.env", {f"{prefix}_OWNER_DATABASE_URL": urls["owner"]})
        _hand_over(keys.client_key(places, service))
    _write_env(state / "operator.env", {"ADMIN_DATABASE_URL": admin_url, "INSTALL_SECRET": secret})
    _write_env(
        state / "compose.env",
        {
            "STARTKLAR_STATE": str(state),
            "STARTKLAR_USER": str(os.getuid() or CONTAINER_USER),
            "STARTKLAR_PUBLIC_URL": public_url,
            "POSTGRES_PASSWORD": password,
        },
    )


def provision_all() -> None:
    """Databases and roles of every service with data, as the administrator of `ADMIN_DATABASE_URL`; safe to repeat."""

    async def run() -> None:
        for service in WITH_DATA:
            await provision(os.environ["ADMIN_DATABASE_URL"], service, secret=os.environ["INSTALL_SECRET"])

    asyncio.run(run())


def main(arguments: Sequence[str] | None = None) -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m cli.compose", description=__doc__)
    parser.add_argument("what", choices=("prepare", "provision"))
    parser.add_argument("--public-url", default="http://127.0.0.1:8080", help="base URL of the gateway for callers")
    given = parser.parse_args(arguments)
    if given.what == "provision":
        provision_all()
    else:
        prepare(STATE, given.public_url.rstrip("/"))


def _write_env(path: Path, values: dict[str, str]) -> None:
    # Single quotes: compose takes what is between them as it stands.
    write_private(path, "".join(f"{name}='{value}'\n" for name, value in values.items()))


def _hand_over(path: Path) -> None:
    """Root does not run the containers: the key belongs to the user who does."""
    if os.getuid() == 0:
        os.chown(path, CONTAINER_USER, CONTAINER_USER)


if __name__ == "__main__":
    main()
