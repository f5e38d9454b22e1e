"""`python -m services.identity.bootstrap`: prints the code by which the first administrator founds the platform.

The code is single-use, good for an hour, printed once and stored only as a hash. `--service-keys` registers the
services' own clients, from a folder with `<service>.pem` (public or private keys); `--app` registers an
app that people log in with. With `--no-code` it does only that.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from services.identity import models  # noqa: F401 - tables refer to each other by name
from services.identity.client.app_client import register_app
from services.identity.client.service_client import read_service_keys, register_service_clients
from services.identity.founding.errors import AlreadyBootstrapped
from services.identity.founding.service import FoundingService
from services.identity.settings import Settings
from shared.kit.db import Database


async def _run(settings: Settings, given: argparse.Namespace) -> int:
    database = Database(settings.database_url.get_secret_value(), pool_size=1)
    await database.start()
    try:
        async with database.transaction(None) as session:
            if given.service_keys is not None:
                await register_service_clients(session, read_service_keys(given.service_keys))
            if given.app is not None:
                await register_app(session, given.app, given.redirect_uri)
        if given.no_code:
            return 0
        async with database.transaction(None) as session:
            code = await FoundingService(session).new_code()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except AlreadyBootstrapped:
        print("the platform already has its operator; its administrators create further tenants", file=sys.stderr)
        return 1
    finally:
        await database.stop()
    print(code)
    print(f"within an hour: POST {settings.public_url}/identity/v1/bootstraps with this code", file=sys.stderr)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="bootstrap", description="Found the platform's operator")
    parser.add_argument("--service-keys", type=Path, help="folder with <service>.pem of each service")
    parser.add_argument("--app", metavar="CLIENT_ID", help="register an app that people log in with")
    parser.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        help="address of the app; may be repeated; without any, people log in by a code that it shows",
    )
    parser.add_argument("--no-code", action="store_true", help="only register services and app")
    return asyncio.run(_run(Settings(), parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
