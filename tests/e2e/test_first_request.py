"""What the README promises to a stranger."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.house import LEADER, OPERATOR, ROOT, SUPPLIER, House

pytestmark = pytest.mark.stack


def test_the_first_request_of_the_readme_answers(house: House) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## A first request", 1)[1]
    commands = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert commands is not None
    script = commands[1].replace("http://127.0.0.1:8080", house.gateway)

    done = subprocess.run(["sh", "-ec", script], env=house.environment, cwd=ROOT, check=True, capture_output=True)

    me, templates = _documents(done.stdout.decode())
    assert me["tenant"]["name"] == "Norrviks kommun"
    assert "sv-supplier-5-phase" in [template["key"] for template in templates["items"]]


@pytest.mark.parametrize("user", [LEADER, SUPPLIER, OPERATOR])
def test_a_token_comes_in_any_folder_also_for_people_of_other_tenants(house: House, tmp_path: Path, user: str) -> None:
    done = house.command("token", "--user", user, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(".") == 2


def test_every_user_of_the_demo_can_log_in(house: House) -> None:
    for user in house.cast.names:
        assert house.read("/identity/v1/me", user)["kind"] == "person"


def test_without_a_stack_a_token_is_refused_with_the_mend(tmp_path: Path) -> None:
    nowhere = House(tmp_path / "state")
    done = nowhere.command("token")
    assert done.returncode == 2
    assert "./startklar up" in done.stderr


def test_the_demo_logins_are_for_their_owner_alone(house: House) -> None:
    assert os.stat(house.places.demo).st_mode & 0o077 == 0


def _documents(text: str) -> list[dict[str, Any]]:
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    while text := text.lstrip():
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:]
    return found
