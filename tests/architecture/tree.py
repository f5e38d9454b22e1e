"""The source tree as the architecture tests read it."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "projects", "sync", "training", "webhooks", "portal")
PRODUCT = ("shared", "services", "cli", "small")


@dataclass(frozen=True)
class Module:
    """One Python file; `name` is its path below the root."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @property
    def is_migration(self) -> bool:
        return "/migrations/versions/" in self.name

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def place(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)}"

    def imports(self) -> Iterator[tuple[ast.AST, str]]:
        """Every imported name in full: `from a.b import c` gives a.b and a.b.c."""
        for node in self.nodes():
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node, node.module
                yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def modules(*folders: str) -> list[Module]:
    """The Python files below `folders`, sorted; read and parsed once for all tests of a process."""
    return [module for folder in folders for module in _below(folder)]


@cache
def _below(folder: str) -> tuple[Module, ...]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return tuple(Module(str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in paths)


def kept_files() -> list[Path]:
    """Every file that is or would be committed: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name)
    return [path for path in paths if path.is_file()]
