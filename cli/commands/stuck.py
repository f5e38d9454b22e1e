"""`./startklar stuck`: events that could not be applied and jobs that failed, in the stack that runs."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from cli.commands.output import fail, places
from cli.gateway import SERVICES
from cli.servers.postgres import PostgresServer
from cli.servers.provision import role_urls
from cli.stack import keys
from cli.stack.places import ROOT
from cli.stack.record import running

WITH_QUEUES = tuple(service for service in SERVICES if service != "portal")


def stuck(
    service: Annotated[str | None, typer.Argument(help="Of this service; of all without")] = None,
    replay: Annotated[str | None, typer.Option(metavar="OWNER", help="Try its parked event again")] = None,
    cancel: Annotated[str | None, typer.Option(metavar="JOB", help="End this job")] = None,
    tenant: Annotated[str | None, typer.Option(help="Whose event or job it is")] = None,
) -> None:
    """Say what stands still in the queues; `python -m shared.queue.stuck` does the same inside a container."""
    here = places()
    if running(here) is None:
        fail("the stack does not run: start it with ./startklar up")
    if service is None and (replay or cancel):
        fail("say of which service")
    options = {"--replay": replay, "--cancel": cancel, "--tenant": tenant}
    words = [word for name, value in options.items() if value for word in (name, value)]
    admin, secret, status = PostgresServer(here.postgres).admin_url, keys.install_secret(here), 0
    for one in [service] if service else WITH_QUEUES:
        if one not in WITH_QUEUES:
            fail(f"no service {one}; there are: {', '.join(WITH_QUEUES)}")
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            f"{one.upper()}_RELAY_DATABASE_URL": os.environ.get(f"{one.upper()}_RELAY_DATABASE_URL")
            or role_urls(os.environ.get("DATABASE_URL") or admin, one, secret=secret)["relay"],
        }
        command = [sys.executable, "-P", "-m", "shared.queue.stuck", one, *words]
        done = subprocess.run(command, check=False, env=environment, cwd=ROOT, capture_output=True, text=True)
        for line in done.stdout.splitlines():
            print(line if service else f"{one}: {line}")
        status = max(status, done.returncode)
        if done.returncode and done.stderr:
            fail(done.stderr.strip().splitlines()[-1])
    raise typer.Exit(status)
