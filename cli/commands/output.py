"""Shared by the commands: where they print, how they fail, how JSON comes out."""

import json
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from cli.stack.places import Places

console = Console()
errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for scripts")]


def places() -> Places:
    """Of the installation that this command line looks after."""
    return Places.of_checkout()


def print_json(value: dict[str, Any]) -> None:
    """One object on stdout, without colours or wrapping."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def fail(text: str, *, as_json: bool = False) -> NoReturn:
    """Say why on stderr (and as JSON on stdout when that was asked for), then exit with status 1."""
    if as_json:
        print_json({"status": "failed", "error": text})
    errors.print(text, style="red", markup=False, highlight=False)
    raise typer.Exit(1)
