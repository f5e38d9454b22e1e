"""The commands of `./startklar`. A command that belongs to a package of its own is loaded only when it is asked for."""

import importlib
from collections.abc import Sequence
from typing import Any

import typer

from cli.commands import first_admin, inspect, run

# Command -> module and the function in it. Making people's names or playing the demo needs libraries that `status`
# does not.
LAZY = {
    "backup": "cli.backup.command:backup",
    "demo": "cli.demo.command:demo",
    "demo-roster": "cli.demo_roster.command:demo_roster",
    "drill": "cli.drills.command:drill",
    "restore": "cli.backup.restore_command:restore",
    "stuck": "cli.commands.stuck:stuck",
    "token": "cli.demo.command:token",
    "traces": "cli.traces.command:traces",
}
_OWN = (run, inspect, first_admin)


def build_app(arguments: Sequence[str]) -> typer.Typer:
    """The command line that answers `arguments` (without the program's name)."""
    app = typer.Typer(
        help="Run and look after a Startklar installation on this machine.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,  # locals may hold keys
    )
    for module in _OWN:
        module.register(app)
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    asked = arguments[0] if arguments else ""
    for name, place in LAZY.items():
        # Help, and a word that is none of ours (it may be misspelt), show every command.
        if asked == name or asked not in known | LAZY.keys():
            path, _, function = place.partition(":")
            _add(app, name, getattr(importlib.import_module(path), function))
    return app


def _add(app: typer.Typer, name: str, found: Any) -> None:
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name)
    else:
        app.command(name)(found)
