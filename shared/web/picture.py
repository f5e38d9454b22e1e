"""Pictures over HTTP, as SVG or PNG. The PNG is made in a child process: the rasteriser holds the interpreter while it
draws, seconds for a long plan."""

import asyncio
import base64
import math
import re
from typing import Annotated, Any, Literal

from fastapi import Query, Response

from shared.kit.canvas import png
from shared.queue import run_in_child

FORMATS = {"svg": "image/svg+xml", "png": "image/png"}
"""For `shared.web.negotiation.negotiated`."""
# An SVG that is opened by itself must not be able to do anything but be looked at.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture, in the language of Accept-Language",
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in FORMATS.values()},
    }
}
"""For a route's `responses`."""
FormatQuery = Annotated[
    Literal["svg", "png"] | None, Query(alias="format", description="Overrides Accept, for links in documents")
]

# A child keeps a core busy; more of them at once would only take it from the requests of everybody else.
_AT_ONCE = asyncio.Semaphore(2)
_SECONDS = 60
_ZOOM = 2.0
# Four bytes each, and as much again while they are packed.
_MOST_PIXELS = 40_000_000
_SIZE = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')


async def picture(svg: bytes, media: str) -> Response:
    """The picture in the media type that was negotiated. Raises WorkTooLong, WorkTooLarge."""
    body = svg if media == FORMATS["svg"] else await rasterised(svg)
    return Response(body, media_type=media, headers=_HEADERS)


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
