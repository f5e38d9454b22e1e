"""Drawing: a few shapes in SVG, and SVG as PNG. Text is always escaped, since titles come from people."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Noto Sans, Noto Sans Arabic, sans-serif"
INK, MUTED, RULE, PAPER = "#1b1b1b", "#5c5c5c", "#d4d4d4", "#ffffff"
# Mean advance of Noto Sans, as a share of the font size; a little generous, so that nothing runs into a neighbour.
_ADVANCE = 0.56


@dataclass
class Canvas:
    """A picture of `width` x `height` user units with a title and a description for those who cannot see it."""

    width: float
    height: float
    title: str
    description: str
    lang: str
    _root: Element = field(init=False)

    def __post_init__(self) -> None:
        self._root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {_n(self.width)} {_n(self.height)}",
                "width": _n(self.width),
                "height": _n(self.height),
                "role": "img",
                "aria-labelledby": "title description",
                "font-family": FAMILY,
                "lang": self.lang,
            },
        )
        SubElement(self._root, "title", {"id": "title"}).text = _printable(self.title)
        SubElement(self._root, "desc", {"id": "description"}).text = _printable(self.description)
        self.rect(0, 0, self.width, self.height, fill=PAPER)

    def rect(self, x: float, y: float, width: float, height: float, *, radius: float = 0, **look: str) -> Element:
        place = {"x": _n(x), "y": _n(y), "width": _n(max(width, 0)), "height": _n(max(height, 0))}
        return SubElement(self._root, "rect", place | ({"rx": _n(radius)} if radius else {}) | _look(look))

    def line(self, x1: float, y1: float, x2: float, y2: float, **look: str) -> Element:
        place = {"x1": _n(x1), "y1": _n(y1), "x2": _n(x2), "y2": _n(y2)}
        return SubElement(self._root, "line", place | {"stroke": INK} | _look(look))

    def polygon(self, *points: tuple[float, float], **look: str) -> Element:
        placed = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        return SubElement(self._root, "polygon", {"points": placed} | _look(look))

    def check_mark(self, x: float, y: float, colour: str) -> Element:
        """A tick, drawn: fonts seldom have one. `x` is its left, `y` its middle."""
        placed = f"{_n(x)},{_n(y)} {_n(x + 3.5)},{_n(y + 4)} {_n(x + 10)},{_n(y - 5)}"
        look = {"fill": "none", "stroke": colour, "stroke-width": "2", "stroke-linejoin": "round"}
        return SubElement(self._root, "polyline", {"points": placed} | look)

    def diamond(self, x: float, y: float, radius: float, **look: str) -> Element:
        return self.polygon((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y), **look)

    def text(
        self, x: float, y: float, words: str, *, size: float = 12, room: float | None = None, **look: str
    ) -> Element:
        """Words on the baseline `y`; with `room` they are cut with an ellipsis, and whole in a tooltip."""
        words = _printable(words)
        shown = words if room is None else shorten(words, room, size)
        element = SubElement(
            self._root, "text", {"x": _n(x), "y": _n(y), "font-size": _n(size), "fill": INK} | _look(look)
        )
        element.text = shown
        if shown != words:
            element.text = None
            SubElement(element, "title").text = words
            SubElement(element, "tspan").text = shown
        return element

    def svg(self) -> bytes:
        """The picture as SVG, UTF-8."""
        written: bytes = tostring(self._root, encoding="utf-8", xml_declaration=True)
        return written


def png(svg: bytes, *, zoom: float = 2) -> bytes:
    """The picture as PNG, `zoom` pixels to a user unit; with our own fonts alone, so that it looks alike everywhere."""
    from resvg_py import svg_to_bytes  # noqa: PLC0415 - only images of services that draw hold it

    drawn: bytes = svg_to_bytes(
        svg_string=svg.decode(),
        zoom=zoom,
        skip_system_fonts=True,
        font_files=[str(path) for path in sorted(FONTS.glob("*.ttf"))],
        font_family="Noto Sans",
        sans_serif_family="Noto Sans",
    )
    return drawn


def width_of(words: str, size: float) -> float:
    """About how wide words are, in user units; never much less than they are."""
    return len(words) * size * _ADVANCE


def shorten(words: str, room: float, size: float) -> str:
    """The words, cut to `room` user units."""
    if width_of(words, size) <= room:
        return words
    kept = max(int(room / (size * _ADVANCE)) - 1, 1)
    return words[:kept].rstrip() + "…"


def _printable(words: str) -> str:
    """Without control characters, for which XML has no place."""
    return "".join(letter for letter in words if letter.isprintable())


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _look(look: dict[str, str]) -> dict[str, str]:
    """`stroke_width` is written `stroke-width`; `css_class` would be needed by nobody here."""
    return {name.replace("_", "-"): value for name, value in look.items()}
