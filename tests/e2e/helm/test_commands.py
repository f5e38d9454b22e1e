"""kubectl and Helm themselves know every verb and option that the documents tell to type."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.documents import commands

pytestmark = pytest.mark.browser
_VERBS_OF_VERBS = {"rollout": 2, "config": 2, "create": 2, "get": 1}


def asked() -> dict[tuple[str, ...], set[str]]:
    """Options by program and verb."""
    found: dict[tuple[str, ...], set[str]] = {}
    for one in commands():
        if one.program in ("kubectl", "helm") and len(one.words) > 2:
            deep = 3 if one.words[1:3] == ("create", "secret") else _VERBS_OF_VERBS.get(one.words[1], 1)
            found.setdefault(one.words[: deep + 1], set()).update(one.options)
    return found


def test_every_verb_and_option_is_known(programs: Path, surroundings: dict[str, str]) -> None:
    def said(*words: str) -> str:
        command = [str(programs / words[0]), *words[1:]]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    everywhere, wanted = said("kubectl", "options"), asked()
    assert len(wanted) > 10
    for verb, options in wanted.items():
        page = said(*verb, "--help") + (everywhere if verb[0] == "kubectl" else "")
        for option in options:
            assert re.search(rf"(^|[\s,]){re.escape(option)}\b", page), f"{' '.join(verb)} knows no {option}"
