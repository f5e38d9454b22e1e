"""`./startklar traces`: is anything left of somebody?"""

import asyncio
import os
import re
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from cli.backup.installation import Installation
from cli.commands.output import Json, console, fail, print_json
from cli.gateway import SERVICES
from cli.servers.processes import ServerFailed
from cli.servers.provision import role_urls
from cli.servers.redis import RedisServer
from cli.stack import keys
from cli.stack.places import Places
from cli.stack.record import running
from cli.traces.forms import pattern
from cli.traces.places import Trace, in_database, in_folder, in_redis


def traces(
    words: Annotated[typer.FileText, typer.Argument(help="A file with a word a line; - reads standard input")],
    as_json: Json = False,
) -> None:
    """Look for names, numbers and addresses in every table, in Redis, in logs and state, in every form that they may
    have; exits 1 when something is found. What is found is not printed: that would be the next copy.

    The words come from a file or from standard input, since a command line stands in histories and process lists.
    Not looked at: the server's own data files and log, where what was deleted stays until they are written over.
    """
    wanted = [line.strip() for line in words if line.strip()]
    if not wanted:
        fail("no words to look for", as_json=as_json)
    try:
        found = look(Places.of_checkout(), wanted)
    except (ServerFailed, ValueError) as error:
        fail(str(error), as_json=as_json)
    if as_json:
        print_json({"found": {trace.place: trace.times for trace in found}})
    else:
        for trace in found:
            console.print(f"{trace.times:>6} x  {trace.place}", highlight=False, markup=False)
        console.print("nothing is left" if not found else "something is left", highlight=False)
    sys.exit(1 if found else 0)


def look(places: Places, wanted: Iterable[str]) -> list[Trace]:
    """What is left in the installation that runs. Errors: ServerFailed when it does not, ValueError for short words."""
    if running(places) is None:
        raise ServerFailed("the stack does not run: start it with ./startklar up")
    return asyncio.run(_look(places, list(wanted)))


async def _look(places: Places, words: list[str]) -> list[Trace]:
    wanted, found = pattern(words), list[Trace]()
    secret = keys.install_secret(places)
    admin_url = Installation(places).admin_url()
    for service in SERVICES:
        if service == "portal":  # holds no data
            continue
        async for trace in in_database(role_urls(admin_url, service, secret=secret)["backup"], wanted):
            found.append(trace)
    async for trace in in_redis(_redis_url(places), wanted):
        found.append(trace)
    return [*found, *in_folder(places.state, wanted)]


def _redis_url(places: Places) -> str:
    """The one that the environment names, as for `up`, else our own server's, by the port in its configuration."""
    if (given := os.environ.get("REDIS_URL")) is not None:
        return given
    port = re.search(r"^port (\d+)$", (places.redis / "redis.conf").read_text(), re.MULTILINE)
    if port is None:
        raise ServerFailed("our Redis has never run here")
    return RedisServer(places.redis, int(port[1])).url
