"""Choosing a representation by the Accept header (RFC 9110 section 12.5.1), with `?format=` for links in documents."""

from collections.abc import Mapping, Sequence

from fastapi import Request

from shared.kit.problems import FieldError, Invalid, Problem
from shared.kit.text import Text


class NotAcceptable(Problem):
    """None of the representations that there are is one that the caller takes."""

    status = 406
    slug = "not-acceptable"
    title = Text(
        sv="Inget av formaten godtas av anroparen",
        en="None of the formats is acceptable to the caller",
        da="Ingen af formaterne accepteres af kalderen",
    )

    def __init__(self, offered: Sequence[str]) -> None:
        names = ", ".join(offered)
        super().__init__(Text(sv=f"Det finns {names}", en=f"There are {names}", da=f"Der findes {names}"))


def negotiated(request: Request, offers: Mapping[str, str], *, asked: str | None = None) -> str:
    """The media type to answer with. `offers` maps short names, as in `?format=pdf`, to media types, the best first.

    Without Accept, or with `*/*`, the first one. Raises NotAcceptable, or Invalid for an unknown `asked`.
    """
    if asked is not None:
        if asked not in offers:
            names = ", ".join(offers)
            wrong = Text(sv=f"Välj bland {names}", en=f"Choose one of {names}", da=f"Vælg blandt {names}")
            raise Invalid(errors=[FieldError(pointer="query:format", detail=wrong, code="unknown")])
        return offers[asked]
    ranges = _ranges(request.headers.get("accept", "*/*"))
    best, found = 0.0, ""
    for media in offers.values():
        quality = _quality(media, ranges)
        if quality > best:
            best, found = quality, media
    if not found:
        raise NotAcceptable(list(offers.values()))
    return found


def _ranges(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.split(",")[:50]:
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            found.append((media, min(max(float(quality), 0.0), 1.0)))
        except ValueError:
            continue
    return found or [("*/*", 1.0)]


def _quality(media: str, ranges: Sequence[tuple[str, float]]) -> float:
    """How much the caller wants `media`: the most specific range that fits it decides."""
    kind = media.partition("/")[0]
    for wanted in (media, f"{kind}/*", "*/*"):
        for given, quality in ranges:
            if given == wanted:
                return quality
    return 0.0
