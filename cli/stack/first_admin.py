"""The first administrator's code: made by identity, with the environment of this installation or of the operator."""

import os
import subprocess
import sys
from pathlib import Path

from cli.servers.postgres import PostgresServer
from cli.servers.processes import ServerFailed
from cli.stack import keys
from cli.stack.environment import Wiring
from cli.stack.places import ROOT, Places
from cli.stack.plan import read_plan
from cli.stack.ports import GATEWAY
from cli.stack.record import running
from cli.stack.seed import BOOTSTRAP_MODULE

LIFETIME_SECONDS = 3600


def new_code(places: Places, service_keys: Path | None = None) -> str:
    """A single-use code; registers the services by their keys, so that they may call each other.

    `service_keys` is the folder of `<service>.pem`, by default that of the local installation. Errors: `ServerFailed`
    with identity's own words, for instance when there is an operator.
    """
    command = [sys.executable, "-P", "-m", BOOTSTRAP_MODULE]
    if "IDENTITY_DATABASE_URL" in os.environ:  # an operator's container has the settings of identity already
        environment = dict(os.environ)
    else:
        environment = _of_local_stack(places)
        service_keys = service_keys or places.keys
    if service_keys is not None:
        command += ["--service-keys", str(service_keys)]
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise ServerFailed(done.stderr.strip() or f"{BOOTSTRAP_MODULE} ended with {done.returncode}")
    return done.stdout.strip()


def _of_local_stack(places: Places) -> dict[str, str]:
    record = running(places)
    if record is None or record.gateway is None:
        raise ServerFailed("nothing runs here: start with ./startklar up, or set identity's settings (IDENTITY_...)")
    plan = read_plan()
    for service in plan.with_data:
        keys.client_key(places, service)
    web = {note.name: note.port for note in record.processes if note.port is not None and note.name != GATEWAY}
    admin_url = os.environ.get("DATABASE_URL") or PostgresServer(places.postgres).admin_url
    port = int(record.gateway.rpartition(":")[2])
    # The code is a row in the database; no queue is touched, so the address of Redis does not matter here.
    redis_url = os.environ.get("REDIS_URL", "redis://127.0.0.1:1/0")
    return Wiring(places, plan, admin_url, redis_url, port, web).of_service("identity")
