"""What is looked for is found in every form, across pieces too, and nothing else is."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from cli.traces.forms import pattern
from cli.traces.places import Finder, in_folder

NAME = "Ögontröst Kvistlund"


@pytest.mark.parametrize(
    "left",
    [
        NAME.encode(),
        NAME.upper().encode(),
        NAME.encode("utf-16-le"),
        NAME.encode("utf-16-be"),
        NAME.encode("latin-1"),
        json.dumps({"name": NAME}).encode(),
        f"\\\\x{NAME.encode().hex()}".encode(),
        base64.b64encode(f"a{NAME}".encode()),
        base64.urlsafe_b64encode(f"ab{NAME}, born".encode()),
        base64.b64encode(NAME.encode("utf-16-le")),
        quote(NAME).encode(),
        b"&#214;gontr&#246;st Kvistlund",
    ],
)
def test_a_name_is_found_in_every_form(left: bytes) -> None:
    wanted = pattern([NAME])
    assert wanted.search(b"before" + left + b"after")
    finder = Finder(wanted)
    filler = b"x" * 5000
    for place in range(0, len(left), 3):  # every cut into pieces finds it, and once
        finder.take(filler + left[:place])
        finder.take(left[place:] + filler)
    assert finder.end() == len(range(0, len(left), 3))


def test_others_are_not_found_and_words_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("Kvist Lund was here")
    assert list(in_folder(tmp_path, pattern([NAME]))) == []
    (tmp_path / NAME).mkdir()
    assert [trace.times for trace in in_folder(tmp_path, pattern([NAME]))] == [1]
    with pytest.raises(ValueError, match="shorter"):
        pattern(["Bo"])
