"""`python -m services.identity.bootstrap`: prints the code by which the first administrator founds the platform.

The code is single-use, good for an hour, printed once and stored only as a hash. `--service-keys` registers the
services' own clients, from a folder with `<service>.pem` (public or private keys); with `--no-code` it does only that.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from services.identity import models  # noqa: F401 - tables refer to each other by name
from services.identity.client.service_client import read_service_keys, register_service_clients
from services.identity.founding.errors import AlreadyBootstrapped
from services.identity.founding.service import FoundingService
from services.identity.settings import Settings
from shared.kit.db import Database


async def _run(settings: Settings, keys: Path | None, *, wants_code: bool) -> int:
    database = Database(settings.database_url.get_secret_value(), pool_size=1)
    await database.start()
    try:
        if keys is not None:
            async with database.transaction(None) as session:
                await register_service_clients(session, read_service_keys(keys))
        if not wants_code:
            return 0
        async with database.transaction(None) as session:
            code = await FoundingService(session).new_code()
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
    parser.add_argument("--no-code", action="store_true", help="only register the services")
    given = parser.parse_args()
    return asyncio.run(_run(Settings(), given.service_keys, wants_code=not given.no_code))


if __name__ == "__main__":
    sys.exit(main())
