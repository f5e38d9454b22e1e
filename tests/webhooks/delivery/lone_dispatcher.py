"""A dispatcher in a process of its own, to be killed: `python -m ... <settings as JSON>`."""

import asyncio
import sys

from services.webhooks.delivery.dispatcher import Dispatcher, Pace
from services.webhooks.delivery.sender import Sender
from services.webhooks.endpoint.secret import SecretBox
from services.webhooks.settings import Settings
from shared.kit.db import Database


async def main() -> None:
    settings = Settings.model_validate_json(sys.argv[1])
    database = Database(settings.database_url.get_secret_value())
    relay = Database(settings.relay_database_url.get_secret_value())
    box = SecretBox(settings.file_key_bytes())
    sender = Sender(settings.egress(), timeout=20)
    await Dispatcher(database, relay, sender, box, Pace(poll=0.01, lease=2.0)).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main())
