"""`./startklar demo-roster`: write the synthetic municipality as files."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.demo_roster.model import Dirt, Municipality
from cli.demo_roster.writing import Files, generate


def demo_roster(
    pupils: Annotated[int, typer.Option(min=50, max=1_000_000, help="Number of pupils and children")] = 12_000,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes")] = 1,
    out: Annotated[Path, typer.Option(help="Folder for the files")] = Path("build/demo-roster"),
    dirt: Annotated[list[Dirt] | None, typer.Option(help="What shall be wrong; may be given several times")] = None,
    staff_share: Annotated[float, typer.Option(min=0.001, max=10, help="1.0 is the 2 710 staff of the plan")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON")] = False,
) -> None:
    """Units of all five school forms, staff, pupils, guardians, groups; nobody in them exists."""
    files = generate(out, pupils=pupils, seed=seed, dirt=dirt or (), staff_share=staff_share, registers=True)
    if as_json:
        typer.echo(json.dumps(_summary(files)))
        return
    console = Console()
    table = Table(title=f"Synthetic municipality, seed {seed}")
    table.add_column("What")
    table.add_column("Rows", justify="right")
    for name, count in (_counts(files.town) | files.town.dirt).items():
        table.add_row(name, str(count))
    console.print(table)
    for path in (files.oneroster, files.joined, files.mapping, files.ss12000, files.stil):
        if path is not None:
            console.print(str(path))


def _counts(town: Municipality) -> dict[str, int]:
    return {
        "units": len(town.units),
        "pupils": len(town.of_part("pupil")),
        "staff": len(town.of_part("staff")),
        "guardians": len(town.of_part("guardian")),
        "duties": len(town.duties),
        "enrolments": len(town.enrolments),
        "groups": len(town.groups),
        "memberships": len(town.memberships),
        "responsibles": len(town.responsibles),
    }


def _summary(files: Files) -> dict[str, object]:
    named = {"oneroster": files.oneroster, "joined": files.joined, "mapping": files.mapping}
    paths = {name: str(path) for name, path in named.items()}
    paths |= {path.stem: str(path) for path in (files.ss12000, files.stil) if path is not None}
    return {"files": paths, "rows": _counts(files.town), "dirt": files.town.dirt}
