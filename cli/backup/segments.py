"""Names of write-ahead log files: 8 hex digits each of timeline, log and segment (16 MB segments)."""

import re
from collections.abc import Iterable
from pathlib import Path

_SEGMENT = re.compile(r"([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\.partial)?")
_HISTORY = re.compile(r"[0-9A-F]{8}\.history")
SEGMENT_BYTES = 16 * 1024 * 1024
_PER_LOG = 0x1_0000_0000 // SEGMENT_BYTES


def is_segment(name: str) -> bool:
    return _SEGMENT.fullmatch(name) is not None


def is_history(name: str) -> bool:
    return _HISTORY.fullmatch(name) is not None


def timeline(name: str) -> int:
    return int(name[:8], 16)


def number(name: str) -> int:
    """The place of a segment in the log; the same on every timeline."""
    return int(name[8:16], 16) * _PER_LOG + int(name[16:24], 16)


def segment_of(line: int, lsn: str) -> str:
    """The name of the segment that holds position `lsn` (`0/3000028`) on a timeline."""
    high, low = (int(part, 16) for part in lsn.split("/"))
    return f"{line:08X}{high:08X}{low // SEGMENT_BYTES:08X}"


def kept(folder: Path) -> list[str]:
    """The log files of a folder by name: each segment once, whole where there is a whole one."""
    names = {path.name for path in folder.iterdir() if is_segment(path.name)} if folder.is_dir() else set()
    return sorted(name for name in names if name.removesuffix(".partial") == name or name[:24] not in names)


def missing(names: Iterable[str], first: str, last: str | None = None) -> list[int]:
    """The numbers that lack between segment `first` and `last`, or the newest that is there."""
    there = {number(name) for name in names}
    newest = number(last) if last else max(there, default=number(first))
    return [place for place in range(number(first), newest + 1) if place not in there]
