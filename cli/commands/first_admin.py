"""`bootstrap`: how the first administrator of an installation gets in."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.output import Json, console, fail, places, print_json
from cli.servers.processes import ServerFailed
from cli.stack.first_admin import LIFETIME_SECONDS, new_code


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(bootstrap)


def bootstrap(
    service_keys: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder with <service>.pem; by default this installation's"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the single-use code of the first administrator; it holds for one hour and is shown once."""
    try:
        code = new_code(places(), service_keys)
    except ServerFailed as error:
        fail(str(error), as_json=as_json)
    if as_json:
        print_json({"code": code, "valid_seconds": LIFETIME_SECONDS})
        return
    console.print(f"[bold]{code}[/]", highlight=False)
    console.print("Within an hour, once: POST /identity/v1/bootstraps with this code.", highlight=False)
