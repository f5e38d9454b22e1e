"""Having a document set in a child process; see `press` for what that process may do."""

import asyncio
import os
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import structlog

from shared.kit.problems import Unavailable
from shared.kit.text import Text

log = structlog.get_logger(__name__)

SECONDS = 90
# Each press may take two gigabytes and a core; who comes later waits a little.
_AT_ONCE = asyncio.Semaphore(2)
_ROOT = Path(__file__).parents[2]
_CONTROL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = "\u200c\u200d\u00ad"  # Arabic spelling, soft hyphens


class PrintingFailed(Unavailable):
    """The document could not be set in time; trying again may help, and operators see why in the log."""

    slug = "printing-failed"
    title = Text(
        sv="Dokumentet kunde inte framställas nu",
        en="The document could not be made now",
        da="Dokumentet kunne ikke fremstilles nu",
    )


def printable(value: Any) -> Any:
    """The same data without control characters, which no font shows and some readers obey; joiners stay."""
    if isinstance(value, str):
        return "".join(letter for letter in value if letter in _JOINERS or unicodedata.category(letter) not in _CONTROL)
    if isinstance(value, dict):
        return {key: printable(part) for key, part in value.items()}
    if isinstance(value, list):
        return [printable(part) for part in value]
    return value


async def print_pdf(template: Path, data: dict[str, Any], at: datetime, fonts: Sequence[Path] = ()) -> bytes:
    """The document that the typst file `template` makes of `data`, as PDF. Raises PrintingFailed.

    Without `fonts` (folders) it is set in those that typst brings.
    """
    folders = [str(folder) for folder in fonts]
    order = {"template": str(template), "fonts": folders, "data": printable(data), "at": at.isoformat()}
    async with _AT_ONCE:
        return await _printed(template.stem, orjson.dumps(order))


async def _printed(template: str, order: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="startklar-press-") as empty:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "shared.kit.press",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=empty,
            env={"PYTHONPATH": str(_ROOT), "HOME": empty, "PATH": os.defpath},
        )
        try:
            printed, complaint = await asyncio.wait_for(process.communicate(order), SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise PrintingFailed() from None
    if process.returncode != 0:
        # The complaint may quote the document, so only its last line's kind is kept.
        kind = complaint.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
        log.error("a document could not be set", template=template, error=kind, returncode=process.returncode)
        raise PrintingFailed()
    return printed
