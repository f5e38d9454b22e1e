"""SVG as PNG in a child process: the rasteriser holds the interpreter while it draws, seconds for a long plan."""

import asyncio
import base64
import math
import re

from services.projects.picture.canvas import png
from shared.queue import run_in_child

# A child keeps a core busy; more of them at once would only take it from the requests of everybody else.
_AT_ONCE = asyncio.Semaphore(2)
_SECONDS = 60
_ZOOM = 2.0
# Four bytes each, and as much again while they are packed.
_MOST_PIXELS = 40_000_000
_SIZE = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')


async def rasterised(svg: bytes) -> bytes:
    """The picture as PNG. Raises WorkTooLong, WorkTooLarge."""
    async with _AT_ONCE:
        drawn: str = await run_in_child(draw, svg.decode(), seconds=_SECONDS)
    return base64.b64decode(drawn)


def draw(svg: str) -> str:
    """The PNG as base64, since only text leaves the child."""
    return base64.b64encode(png(svg.encode(), zoom=zoom_of(svg))).decode()


def zoom_of(svg: str) -> float:
    """Pixels to a user unit: sharp where it fits, coarser for a picture that would not."""
    found = _SIZE.search(svg)
    area = math.prod(float(side) for side in found.groups()) if found else 0
    return min(_ZOOM, math.sqrt(_MOST_PIXELS / area)) if area else _ZOOM
