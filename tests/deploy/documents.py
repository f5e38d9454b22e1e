"""What the documents tell an operator to type, and what they name, so that a test can hold it against what there is."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "runbooks").glob("*.md"))]
_FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.M | re.S)
_INLINE = re.compile(r"`([^`\n]+)`")
_ASSIGNMENT = re.compile(r"[A-Z_]+=\S*")
_WORDS_OF_THE_SHELL = ("do", "for", "done", "export")


@dataclass(frozen=True)
class Command:
    """One simple command. `page` is for messages; `is_block` where it stands to be copied, not only to be named."""

    page: str
    words: tuple[str, ...]
    is_block: bool

    @property
    def program(self) -> str:
        return self.words[0]

    @property
    def options(self) -> list[str]:
        """Long options without values, of this program: what follows `--` is another's."""
        own = self.words[: self.words.index("--")] if "--" in self.words else self.words
        return [word.partition("=")[0] for word in own if word.startswith("--")]

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join(self.words)}"


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [text for kind, text in _FENCE.findall(page.read_text("utf-8")) if kind == language]


def named(page: Path) -> list[str]:
    """What stands between backquotes in the running text."""
    return _INLINE.findall(_FENCE.sub("", page.read_text("utf-8")))


def commands() -> Iterator[Command]:
    """Every command of every page, those inside `$(...)` and behind `--` too."""
    for page in PAGES:
        for is_block, texts in ((True, blocks(page, "sh")), (False, named(page))):
            for text in texts:
                for line in text.replace("\\\n", " ").splitlines():
                    for words in simple(line):
                        yield Command(page.name, words, is_block)


def simple(line: str) -> Iterator[tuple[str, ...]]:
    """The simple commands of a line of shell."""
    for inner in re.findall(r"\$\(([^()]+)\)", line):
        yield from simple(inner)
    lexer = shlex.shlex(line.replace("...", "…"), posix=True, punctuation_chars=True)
    lexer.commenters, lexer.whitespace_split = "#", True
    words: list[str] = []
    try:
        for word in [*lexer, ";"]:
            if not set(word) <= set("();<>|&"):
                words.append(word)
            elif word not in "<>":
                yield from _without_the_shell(words)
                words = []
    except ValueError:  # a quotation mark of the running text
        return


def _without_the_shell(words: list[str]) -> Iterator[tuple[str, ...]]:
    while words and (words[0] in _WORDS_OF_THE_SHELL or _ASSIGNMENT.fullmatch(words[0])):
        if words.pop(0) == "for":
            return
    if words:
        yield tuple(words)
        if "--" in words[1:]:
            yield from _without_the_shell(words[words.index("--") + 1 :])
