"""`./startklar demo` and `./startklar token`."""

import queue
from pathlib import Path
from typing import Annotated

import httpx
import typer

from cli.demo.api import StepFailed
from cli.demo.cast import LEADER, Cast
from cli.demo.login import LoginFailed
from cli.demo.story import Story
from cli.demo.telling import Telling
from cli.stack.places import Places

Facts = Annotated[Path | None, typer.Option("--facts", help="How to log in [default: as `up` wrote it]")]


def demo(
    pupils: Annotated[int, typer.Option(min=50, max=1_000_000, help="Pupils in the roster")] = 12_000,
    seed: Annotated[int, typer.Option(help="Same seed, same municipality")] = 1,
    staff_share: Annotated[float, typer.Option(min=0.01, max=10, help="1.0 is the 2 710 staff of the plan")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
    facts: Facts = None,
) -> None:
    """Play a municipality's rollout through the gateway; exits 1 at the first step that does not hold."""
    telling = Telling(as_json=as_json)
    try:
        folder = (facts or Places.of_checkout().demo).parent / "demo"
        folder.mkdir(exist_ok=True)
        Story(_cast(facts), telling, size=(pupils, staff_share), seed=seed, folder=folder).play()
    except queue.Empty:
        telling.failed("a webhook did not arrive in time")
        raise typer.Exit(1) from None
    except (StepFailed, LoginFailed, httpx.HTTPError) as error:
        telling.failed(str(error))
        raise typer.Exit(1) from None


def token(
    user: Annotated[str, typer.Option(help="A user of demo.json")] = LEADER,
    facts: Facts = None,
) -> None:
    """Log in as a demo user and print an access token (5 minutes)."""
    cast = _cast(facts)
    try:
        typer.echo(cast.token(user))
    except KeyError:
        typer.echo(f"there is no user {user}; there are {', '.join(cast.names)}", err=True)
        raise typer.Exit(2) from None
    except (LoginFailed, httpx.HTTPError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _cast(path: Path | None) -> Cast:
    try:
        return Cast.read(path or Places.of_checkout().demo)
    except (OSError, ValueError):
        typer.echo("nothing is running here: start it with ./startklar up --detach", err=True)
        raise typer.Exit(2) from None
