"""The whole generator: build, spoil, write the files."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from cli.demo_roster import joined, oneroster, ss12000, stil
from cli.demo_roster.dirt import spoil
from cli.demo_roster.model import Dirt, Municipality
from cli.demo_roster.municipality import build
from cli.demo_roster.variants import common


@dataclass(frozen=True)
class Files:
    """What was written, and the municipality behind it (the truth that a test compares with)."""

    oneroster: Path
    joined: Path
    mapping: Path
    town: Municipality
    ss12000: Path | None = None
    stil: Path | None = None


def generate(
    target: Path,
    pupils: int = 12_000,
    seed: int = 1,
    dirt: Iterable[Dirt | str] = (),
    staff_share: float = 1.0,
    *,
    registers: bool = False,
) -> Files:
    """Write `oneroster.zip`, `totalfiler.zip` and its `mapping.json` into the folder `target`.

    `registers` adds `ss12000.zip`, and `stil.zip` with as much of it as that format carries (`variants.common`). The
    same arguments write the same bytes. `staff_share` scales the 2 710 members of staff of HAN-T.
    """
    kinds = frozenset(Dirt(kind) for kind in dirt)
    town = build(pupils, seed, staff_share)
    spoil(town, kinds, seed)
    target.mkdir(parents=True, exist_ok=True)
    files = Files(target / "oneroster.zip", target / "totalfiler.zip", target / "mapping.json", town)
    files.oneroster.write_bytes(oneroster.write(town, kinds))
    files.joined.write_bytes(joined.write(town, kinds))
    files.mapping.write_text(json.dumps(joined.MAPPING, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if not registers:
        return files
    told = replace(files, ss12000=target / "ss12000.zip", stil=target / "stil.zip")
    (target / "ss12000.zip").write_bytes(ss12000.write(town))
    (target / "stil.zip").write_bytes(stil.write(common(town, seed)))
    return told
