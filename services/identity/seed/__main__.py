"""`python -m services.identity.seed --out FILE`: the demo data, and what one needs to log in, as JSON (mode 0600).

`STARTKLAR_DEMO_IDP_URL` names the demo identity provider, `STARTKLAR_DEMO_IDP_FILE` the file that it reads; the
services' client keys are read from the folder of this service's own key.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from services.identity import models  # noqa: F401 - tables refer to each other by name
from services.identity.client.service_client import read_service_keys, register_service_clients
from services.identity.seed.service import DemoSeed
from services.identity.settings import Settings
from shared.kit.db import Database

IDP_URL = "STARTKLAR_DEMO_IDP_URL"
IDP_FILE = "STARTKLAR_DEMO_IDP_FILE"


async def seed(
    settings: Settings, idp: str | None, former: dict[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the demo data; what `demo.json` tells, and what the demo identity provider reads (`former`: did before)."""
    if settings.environment == "production":
        raise SystemExit("production takes no demo data")
    database = Database(settings.database_url.get_secret_value(), pool_size=1)
    await database.start()
    try:
        async with database.transaction(None) as session:
            play = DemoSeed(session, settings, idp, former)
            facts = await play.play()
            if settings.client_key_file is not None:
                await register_service_clients(session, read_service_keys(settings.client_key_file.parent))
            return facts, play.directory()
    finally:
        await database.stop()


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Replace a file at once, readable by its owner alone."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
    partial.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="seed", description="Make the demo municipality")
    parser.add_argument("--out", type=Path, required=True, help="where to write how to log in")
    out: Path = parser.parse_args().out
    file = Path(os.environ[IDP_FILE]) if os.environ.get(IDP_FILE) else None
    former = json.loads(file.read_text()) if file is not None and file.exists() else None
    facts, directory = asyncio.run(seed(Settings(), os.environ.get(IDP_URL), former))
    write_private(out, facts)
    if file is not None:
        write_private(file, directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
