"""The service's own documents as PDF, set in our fonts by a child process."""

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from shared.kit import canvas, printing

TEMPLATES = Path(__file__).parent / "typst"
FONTS = canvas.FONTS


async def print_pdf(template: Literal["plan", "status"], data: dict[str, Any], at: datetime) -> bytes:
    """The document as PDF. Raises shared.kit.printing.PrintingFailed."""
    return await printing.print_pdf(TEMPLATES / f"{template}.typ", data, at, [FONTS])
