"""The Markdown documents: links lead somewhere, and files named as the holder of a rule exist."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, kept_files

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"\btests/[\w/]+\.py\b")


def documents() -> list[Path]:
    return [path for path in kept_files() if path.suffix == ".md"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def dead_links(path: Path) -> list[str]:
    targets = LINK.findall(path.read_text("utf-8"))
    return [f"{path.name}: {target}" for target in targets if not (path.parent / target).exists()]


@pytest.mark.parametrize("path", documents(), ids=name)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert dead_links(path) == []


@pytest.mark.parametrize("path", documents(), ids=name)
def test_every_test_that_is_named_exists(path: Path) -> None:
    named = set(NAMED.findall(path.read_text("utf-8")))
    # A name with the form of a path may be a pattern for the reader, as in tests/<service>/...
    assert sorted(one for one in named if not (ROOT / one).exists()) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text("[here](page.md) [there](gone.md) [web](https://example.org)", "utf-8")
    assert dead_links(path) == ["page.md: gone.md"]
