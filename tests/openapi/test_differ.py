"""The differ names every change by kind and judges it from the client's side."""

import json
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from cli.releases.release import latest
from openapi import differ
from openapi.differ import compare
from openapi.rules import Document
from tests.openapi.documents import Spoil, answer, good, json_body, operation, parameter, put, spoiled

LIST = "paths>/course-sessions>get"
CREATE = "paths>/course-sessions>post"
REQUEST = f"{CREATE}>requestBody>content>application/json>schema"
COURSE: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 200},
        "form": {"enum": ["on-site", "remote"]},
        "hours": {"type": "number"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    schema = deepcopy(COURSE)
    put(path, value)(schema)
    return schema


SCHEMA_CHANGES: list[tuple[str, str, Any, bool, bool]] = [
    # kind, where, new value, breaks a request, breaks an answer
    ("property-removed", "properties>hours", ..., True, True),
    ("property-added", "properties>room", {"type": "string"}, False, False),
    ("required-added", "required", ["name", "hours"], True, False),
    ("required-removed", "required", [], False, True),
    ("type-removed", "properties>note", {"type": "string"}, True, False),
    ("type-added", "properties>hours", {"type": ["number", "null"]}, False, True),
    ("type-removed", "properties>hours", {"type": "integer"}, True, False),
    ("value-removed", "properties>form>enum", ["remote"], True, False),
    ("value-added", "properties>form>enum", ["on-site", "remote", "mixed"], False, True),
    ("value-removed", "properties>name>enum", ["A"], True, False),
    ("value-added", "properties>form", {}, False, True),
    ("limit-tightened", "properties>name>maxLength", 100, True, False),
    ("limit-tightened", "properties>name>minLength", 1, True, False),
    ("form-changed", "properties>name>format", "uuid", True, True),
    ("form-changed", "properties>name>pattern", "^a", True, True),
]

OPERATION_CHANGES: list[tuple[str, bool, Spoil]] = [
    ("operation-removed", True, put(CREATE, ...)),
    ("operation-added", False, put("paths>/rooms", {"get": operation("rooms_list", {})})),
    ("operation-renamed", True, put(f"{LIST}>operationId", "sessions_all")),
    ("operation-deprecated", False, put(f"{LIST}>deprecated", True)),
    ("parameter-removed", True, put(f"{LIST}>parameters", [])),
    ("parameter-added", False, put(f"{CREATE}>parameters", [parameter("unit", "query")])),
    (
        "parameter-added",
        True,
        put(f"{CREATE}>parameters", [parameter("unit", "query") | {"required": True}]),
    ),
    ("parameter-required", True, put(f"{LIST}>parameters>0>required", True)),
    ("type-removed", True, put(f"{LIST}>parameters>0>schema>type", "boolean")),
    ("body-removed", True, put(f"{CREATE}>requestBody", ...)),
    ("body-required", True, put(f"{CREATE}>requestBody>required", True)),
    ("body-required", True, put(f"{LIST}>requestBody", {"required": True, "content": {}})),
    ("media-removed", True, put(f"{CREATE}>requestBody>content>application/json", ...)),
    ("media-added", False, put(f"{CREATE}>requestBody>content>text/csv", {})),
    ("response-removed", True, put(f"{LIST}>responses>200", ...)),
    ("response-removed", False, put(f"{LIST}>responses>404", ...)),
    ("response-added", False, put(f"{LIST}>responses>202", answer({}))),
    ("header-removed", True, put(f"{LIST}>responses>200>headers", {})),
    ("security-raised", True, put(f"{LIST}>security", [{"bearer": ["sessions:read"]}])),
]


def kinds(old: Document, new: Document) -> set[tuple[str, bool]]:
    return {(change.kind, change.breaking) for change in compare(old, new)}


def test_equal_documents_have_no_changes() -> None:
    assert compare(good(), good()) == []


@pytest.mark.parametrize(("kind", "breaking", "spoil"), OPERATION_CHANGES)
def test_changes_of_operations_are_named(kind: str, breaking: bool, spoil: Spoil) -> None:
    assert (kind, breaking) in kinds(good(), spoiled(spoil))


@pytest.mark.parametrize(("kind", "path", "value", "in_request", "in_response"), SCHEMA_CHANGES)
def test_changes_of_schemas_are_judged_by_direction(
    kind: str, path: str, value: Any, in_request: bool, in_response: bool
) -> None:
    new = changed(path, value)
    old_request, new_request = spoiled(put(REQUEST, COURSE)), spoiled(put(REQUEST, new))
    found = kinds(old_request, new_request)
    assert any(breaking for _, breaking in found) is in_request
    place = f"{LIST}>responses>200>content"
    old_answer, new_answer = spoiled(put(place, json_body(COURSE))), spoiled(put(place, json_body(new)))
    answered = kinds(old_answer, new_answer)
    assert any(breaking for _, breaking in answered) is in_response
    assert kind in {name for name, _ in found | answered}


def test_a_lowered_demand_and_a_public_operation_are_no_break() -> None:
    strict = spoiled(put(f"{LIST}>security", [{"bearer": ["a", "b"]}]))
    assert not any(change.breaking for change in compare(strict, good()))
    assert not any(change.breaking for change in compare(good(), spoiled(put(f"{LIST}>security", []))))


def test_a_union_that_grows_breaks_readers_of_answers_alone() -> None:
    problem, course = ({"$ref": f"#/components/schemas/{name}"} for name in ("Problem", "Course"))
    two, three = {"oneOf": [problem, course]}, {"oneOf": [problem, course, {"type": "string"}]}
    in_answer = f"{LIST}>responses>200>content"
    answers = [spoiled(put(in_answer, json_body(union))) for union in (two, three)]
    assert ("alternative-added", True) in kinds(*answers)
    requests = [spoiled(put(REQUEST, union)) for union in (two, three)]
    assert kinds(*requests) == {("alternative-added", False)}


def test_schemas_that_contain_themselves_end() -> None:
    recursive = put("components>schemas>Course>properties>parts", {"items": {"$ref": "#/components/schemas/Course"}})
    assert compare(spoiled(recursive), spoiled(recursive)) == []


def repository(folder: Path, **documents: Document) -> Path:
    """A git repository that has the documents committed."""
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document.raw), "utf-8")
    who = ("-c", "user.name=Test", "-c", "user.email=test@startklar.dev")
    for arguments in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "Documents")):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder


def test_the_command_passes_on_a_break_unless_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repository(tmp_path, training=good(), startklar=good())
    (folder / "tasks.json").write_text("{}", "utf-8")
    for name in ("training", "startklar"):
        (folder / f"{name}.json").write_text(json.dumps(spoiled(put(CREATE, ...)).raw), "utf-8")
    assert differ.main(["--base", "HEAD"], folder) == 0
    printed = capsys.readouterr().out
    assert "training: BREAKING: POST /course-sessions: is gone [operation-removed]" in printed
    assert "1 breaking changes" in printed
    assert differ.main(["--base", "HEAD", "--strict"], folder) == 1


def test_a_document_that_the_commit_lacks_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repository(tmp_path, training=good())
    (folder / "sync.json").write_text(json.dumps(good().raw), "utf-8")
    assert differ.main(["--base", "HEAD"], folder) == 0
    assert "sync: new document" in capsys.readouterr().out


def test_a_release_that_the_clone_lacks_is_said_aloud(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repository(tmp_path, training=good())
    assert differ.main([], folder) == 0
    assert "NOT COMPARED" in capsys.readouterr().out
    assert differ.main(["--strict"], folder) == 1


def test_the_last_release_is_what_is_compared_with(capsys: pytest.CaptureFixture[str]) -> None:
    assert differ.main([]) == 0
    assert f"breaking changes since release {latest().version}" in capsys.readouterr().out
