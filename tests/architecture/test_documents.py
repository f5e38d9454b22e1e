"""The Markdown documents: links lead somewhere, and files named as the holder of a rule exist."""

import re
from pathlib import Path

from tests.architecture.tree import ROOT, kept_files

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"\btests/[\w/]+\.py\b")


def documents() -> list[Path]:
    return [path for path in kept_files() if path.suffix == ".md"]


def dead_links(path: Path) -> list[str]:
    targets = LINK.findall(path.read_text("utf-8"))
    return [f"{path.name}: {target}" for target in targets if not (path.parent / target).exists()]


def test_every_link_leads_somewhere() -> None:
    assert [found for path in documents() for found in dead_links(path)] == []


def test_every_test_that_is_named_exists() -> None:
    named = {(path.name, one) for path in documents() for one in NAMED.findall(path.read_text("utf-8"))}
    assert sorted(found for found in named if not (ROOT / found[1]).exists()) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("[here](page.md) [there](gone.md) [web](https://example.org)", "utf-8")
    assert dead_links(path) == ["page.md: gone.md"]
