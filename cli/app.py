"""The commands of `./startklar`. A command that belongs to a package of its own is loaded only when it is asked for."""

import importlib
import importlib.util
from collections.abc import Sequence

import typer

from cli.commands import inspect, run

# Command -> package with a Typer `app`. Making people's names or playing the demo needs libraries that `status` does
# not. A package that is not there offers no command.
LAZY = {"demo": "cli.demo", "demo-roster": "cli.demo_roster"}
_OWN = (run, inspect)


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
    for name, package in LAZY.items():
        # Help, and a word that is none of ours (it may be misspelt), show every command.
        if (asked == name or asked not in known | LAZY.keys()) and importlib.util.find_spec(package) is not None:
            _add(app, name, importlib.import_module(package).app)
    return app


def _add(app: typer.Typer, name: str, part: typer.Typer) -> None:
    """A part with one command becomes that command; one with several becomes a group."""
    only = part.registered_commands[0].callback if len(part.registered_commands) == 1 else None
    if only is not None and part.registered_callback is None:
        app.command(name)(only)
    else:
        app.add_typer(part, name=name)
