"""`./startklar drill`: play one bad night, or all."""

import importlib
import pkgutil
from types import ModuleType
from typing import Annotated

import httpx
import typer

from cli import drills
from cli.commands.output import Json, console, fail, print_json
from cli.demo.api import StepFailed
from cli.demo.login import LoginFailed
from cli.drills.stage import DrillFailed, Stage
from cli.servers.processes import ServerFailed

_FRAME = ("command", "stage")


def names() -> list[str]:
    """The drills that there are: every module of this package that has `run`."""
    found = sorted(module.name for module in pkgutil.iter_modules(drills.__path__) if module.name not in _FRAME)
    return [name for name in found if hasattr(module_of(name), "run")]


def module_of(name: str) -> ModuleType:
    return importlib.import_module(f"cli.drills.{name}")


def drill(
    wanted: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Drills; without, the list")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every drill, one after the other")] = False,
    as_json: Json = False,
) -> None:
    """Play bad nights on a stack of their own; exits 1 at the first promise that does not hold."""
    known = names()
    chosen = known if everything else wanted or []
    if unknown := [name for name in chosen if name not in known]:
        fail(f"no drill {', '.join(unknown)}; there are: {', '.join(known)}", as_json=as_json)
    if not chosen:
        for name in known:
            console.print(f"{name:<16} {(module_of(name).__doc__ or '').splitlines()[0]}", highlight=False)
        return
    # One stack serves all that leave it as they found it; what ends a stack comes last and has one of its own.
    shared = [name for name in chosen if not _is_alone(name)]
    alone = [name for name in chosen if _is_alone(name)]
    for together in (shared, *([name] for name in alone)):
        if together:
            _play(together, as_json=as_json)


def _is_alone(name: str) -> bool:
    return bool(getattr(module_of(name), "ALONE", False))


def _play(chosen: list[str], *, as_json: bool) -> None:
    """Some drills, one after the other, on one stack."""
    stage = Stage(lambda _: None)
    try:
        for name in chosen:
            _play_one(stage, name, as_json=as_json)
    finally:
        stage.clear()


def _play_one(stage: Stage, name: str, *, as_json: bool) -> None:
    stage.begin(lambda text: None if as_json else console.print(f"{name}: {text}", highlight=False, markup=False))
    try:
        module_of(name).run(stage)
    except (DrillFailed, StepFailed, LoginFailed, ServerFailed, OSError, httpx.HTTPError) as error:
        fail(f"{name} failed: {error}", as_json=as_json)
    if as_json:
        print_json({"drill": name, "status": "passed", **stage.figures})
        return
    told = ", ".join(f"{key} {value}" for key, value in stage.figures.items())
    console.print(f"{name}: passed" + (f"; {told}" if told else ""), highlight=False)
