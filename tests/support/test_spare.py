"""The interpreter that forks does for the code under test what a fresh one does."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest


def _ran(forked: SimpleNamespace, module: str, said: bytes, **how: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([forked.executable, "-m", module], input=said, capture_output=True, check=False, **how)  # type: ignore[call-overload,no-any-return]


def test_it_answers_and_ends_as_the_module_does(forked_children: SimpleNamespace) -> None:
    done = _ran(forked_children, "json.tool", b"[1]")
    assert (done.returncode, done.stdout.split()) == (0, [b"[", b"1", b"]"])
    done = _ran(forked_children, "json.tool", b"[")
    assert done.returncode == 1
    assert b"Expecting value" in done.stderr


def test_it_has_the_environment_and_the_folder_that_it_is_given(
    forked_children: SimpleNamespace, tmp_path: Path
) -> None:
    said = b"import os\nprint(os.environ['ALONE'], 'PATH' in os.environ, os.getcwd())\n"
    done = _ran(forked_children, "code", said, env={"ALONE": "1"}, cwd=tmp_path)
    assert f"1 False {tmp_path}" in done.stdout.decode()


def test_a_child_that_dies_looks_so(forked_children: SimpleNamespace) -> None:
    assert _ran(forked_children, "code", b"import os\nos.kill(os.getpid(), 9)\n").returncode == -9


def test_whoever_kills_it_kills_the_child(forked_children: SimpleNamespace) -> None:
    command = [forked_children.executable, "-m", "json.tool"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as waiting:
        waiting.kill()
        assert waiting.stdout is not None
        assert waiting.stdout.read() == b"", "the end comes only when nobody holds the other side any more"


@pytest.mark.parametrize("number", range(2))
def test_one_call_knows_nothing_of_another(forked_children: SimpleNamespace, number: int) -> None:
    done = _ran(forked_children, "code", b"import json\nprint('left' in vars(json))\njson.left = 1\n")
    assert b"False" in done.stdout, number
