"""Report what changed for clients between the API documents in the working tree and the last release, or a commit.

    python -m openapi.differ [--base COMMIT] [--strict]

Before version 1.0 the report informs and the command passes; `--strict` fails on a breaking change.
The merged document is left out: it repeats those of the services.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cli.releases.release import latest
from openapi.rules.document import Document, Node, Operation
from openapi.schema_changes import Change, Direction, SchemaComparison

FOLDER = Path(__file__).parent
MERGED = "startklar"


def compare(old: Document, new: Document) -> list[Change]:
    """Every change that a client of `old` may notice in `new`."""
    before = {f"{one.method.upper()} {one.path}": one for one in old.operations()}
    after = {f"{one.method.upper()} {one.path}": one for one in new.operations()}
    changes = [
        *(Change("operation-removed", True, name, "is gone") for name in sorted(set(before) - set(after))),
        *(Change("operation-added", False, name, "is new") for name in sorted(set(after) - set(before))),
    ]
    schemas = SchemaComparison(old, new)
    for name in sorted(set(before) & set(after)):
        for look in LOOKS:
            changes += look(schemas, before[name], after[name], name)
    return changes


def identity(_: SchemaComparison, old: Operation, new: Operation, where: str) -> Iterator[Change]:
    names = old.raw.get("operationId"), new.raw.get("operationId")
    if names[0] != names[1]:
        yield Change("operation-renamed", True, where, f"operationId is {names[1]}, was {names[0]}")
    if new.raw.get("deprecated") and not old.raw.get("deprecated"):
        yield Change("operation-deprecated", False, where, "is deprecated")


def parameters(schemas: SchemaComparison, old: Operation, new: Operation, where: str) -> Iterator[Change]:
    before = {(one["in"], one["name"]): one for _, one in schemas.old.parameters(old)}
    after = {(one["in"], one["name"]): one for _, one in schemas.new.parameters(new)}
    for key in sorted(set(before) - set(after)):
        yield Change("parameter-removed", True, where, f"{key[0]} parameter {key[1]} removed")
    for key, parameter in sorted(after.items()):
        place = f"{where} {key[0]} {key[1]}"
        if key not in before:
            needed = bool(parameter.get("required"))
            yield Change("parameter-added", needed, place, "is new" + (" and required" if needed else ""))
            continue
        if parameter.get("required") and not before[key].get("required"):
            yield Change("parameter-required", True, place, "is required now")
        pair = before[key].get("schema", {}), parameter.get("schema", {})
        yield from schemas.compare(*pair, Direction.REQUEST, place)


def request_body(schemas: SchemaComparison, old: Operation, new: Operation, where: str) -> Iterator[Change]:
    before, after = schemas.old.request_body(old), schemas.new.request_body(new)
    if after is None:
        if before is not None:
            yield Change("body-removed", True, where, "takes no body any more")
        return
    was_required = bool(before and before.get("required"))
    if after.get("required") and not was_required:
        yield Change("body-required", True, where, "a body is required now")
    yield from bodies(schemas, before or {}, after, Direction.REQUEST, f"{where} request")


def responses(schemas: SchemaComparison, old: Operation, new: Operation, where: str) -> Iterator[Change]:
    before = {code: response for _, code, response in schemas.old.responses(old)}
    after = {code: response for _, code, response in schemas.new.responses(new)}
    for code in sorted(set(before) - set(after)):
        yield Change("response-removed", code < "400", where, f"no longer answers {code}")
    for code in sorted(set(after) - set(before)):
        yield Change("response-added", False, where, f"may answer {code}")
    for code in sorted(set(before) & set(after)):
        place = f"{where} {code}"
        for header in sorted(set(before[code].get("headers", {})) - set(after[code].get("headers", {}))):
            yield Change("header-removed", True, place, f"header {header} removed")
        yield from bodies(schemas, before[code], after[code], Direction.RESPONSE, place)


def bodies(schemas: SchemaComparison, old: Node, new: Node, direction: Direction, where: str) -> Iterator[Change]:
    before, after = old.get("content", {}), new.get("content", {})
    for media in sorted(set(before) - set(after)):
        yield Change("media-removed", True, where, f"{media} removed")
    for media in sorted(set(after) - set(before)):
        yield Change("media-added", False, where, f"{media} added")
    for media in sorted(set(before) & set(after)):
        pair = before[media].get("schema", {}), after[media].get("schema", {})
        yield from schemas.compare(*pair, direction, where)


def security(schemas: SchemaComparison, old: Operation, new: Operation, where: str) -> Iterator[Change]:
    """Every way in that was enough before must still be enough. No requirement is written `[{}]`."""
    before = old.raw.get("security", schemas.old.raw.get("security")) or [{}]
    after = new.raw.get("security", schemas.new.raw.get("security")) or [{}]
    for way in before:
        if not any(suffices(way, demand) for demand in after):
            yield Change("security-raised", True, where, f"{way or 'no token'} is no longer enough: {after}")


def suffices(way: dict[str, list[str]], demand: dict[str, list[str]]) -> bool:
    return all(name in way and set(scopes) <= set(way[name]) for name, scopes in demand.items())


Look = Callable[[SchemaComparison, Operation, Operation, str], Iterator[Change]]
LOOKS: tuple[Look, ...] = (identity, parameters, request_body, responses, security)


def is_known(folder: Path, base: str) -> bool:
    """Whether the clone holds that commit."""
    asked = ["git", "cat-file", "-e", f"{base}^{{commit}}"]
    return subprocess.run(asked, cwd=folder, capture_output=True, check=False).returncode == 0


def committed(folder: Path, base: str, name: str) -> Document | None:
    """The document as `base` has it; None where that commit has no such file."""
    shown = subprocess.run(
        ["git", "show", f"{base}:./{name}.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return Document(json.loads(shown.stdout), name) if shown.returncode == 0 else None


def report(old: Document, new: Document) -> int:
    """Print the changes of one document, breaking ones first; the number of breaking ones."""
    changes = compare(old, new)
    breaking = [change for change in changes if change.breaking]
    for heading, found in (("BREAKING", breaking), ("compatible", [c for c in changes if not c.breaking])):
        for change in found:
            print(f"{new.name}: {heading}: {change}")
    return len(breaking)


def main(argv: Sequence[str] | None = None, folder: Path = FOLDER) -> int:
    parser = argparse.ArgumentParser(prog="python -m openapi.differ")
    parser.add_argument("--base", help="commit to compare with; the last release's, where none is named")
    parser.add_argument("--strict", action="store_true", help="fail on a breaking change")
    options = parser.parse_args(argv)
    base = options.base or latest().commit
    if not is_known(folder, base):
        print(f"NOT COMPARED: commit {base[:12]} is not in this clone: run `git fetch --unshallow`")
        return 1 if options.strict else 0
    total = 0
    for path in sorted(folder.glob("*.json")):
        raw = json.loads(path.read_text("utf-8"))
        old = committed(folder, base, path.stem)
        if path.stem == MERGED or "openapi" not in raw:
            continue
        if old is None:
            print(f"{path.stem}: new document")
        else:
            total += report(old, Document(raw, path.stem))
    print(f"{total} breaking changes since {options.base or f'release {latest().version}'}")
    return 1 if options.strict and total else 0


if __name__ == "__main__":
    sys.exit(main())
