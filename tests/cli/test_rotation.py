"""A key is replaced in three steps, and at each of them old and new processes understand each other."""

import base64
import importlib
import json
from pathlib import Path

import pytest

from cli import compose, kubernetes, rotation
from cli.compose_state import Setup
from cli.rotation import WITH_DATA
from cli.stack.places import Places
from services.identity.client.service_client import read_service_keys
from services.sync.settings import Settings
from shared.kit.keyring import Box, FileKey, index_key

COMMON = {
    "STARTKLAR_PUBLIC_URL": "https://api.startklar.test",
    "STARTKLAR_ISSUER": "https://api.startklar.test",
    "STARTKLAR_JWKS_URL": "http://identity:8000/oauth2/jwks",
}


def given_out(state: Path) -> dict[str, dict[str, str]]:
    """What `secrets` writes now, decoded, by the Secret's name."""
    return {
        one["metadata"]["name"]: {key: base64.b64decode(value).decode() for key, value in one["data"].items()}
        for one in kubernetes.make_secrets(state, "sk", "startklar")
    }


def key_of(state: Path, monkeypatch: pytest.MonkeyPatch) -> FileKey:
    """The file key that a process of sync started now would have."""
    given = given_out(state)["sk-sync"]
    with monkeypatch.context() as environment:
        for name, value in (COMMON | given).items():
            environment.setenv(name, value)
        return Settings().file_key_bytes()


def step(state: Path, what: str) -> None:
    assert rotation.main([what, "sync", "--state", str(state)]) == 0


def test_what_processes_before_and_after_a_step_seal_both_can_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_out(tmp_path)
    keys = [key_of(tmp_path, monkeypatch)]
    for _ in range(3):
        step(tmp_path, "file-key")
        keys.append(key_of(tmp_path, monkeypatch))
    for before, after in ((keys[0], keys[1]), (keys[1], keys[2])):
        assert Box(after, b"x").open(Box(before, b"x").seal(b"said", b"here"), b"here") == b"said"
        assert Box(before, b"x").open(Box(after, b"x").seal(b"said", b"here"), b"here") == b"said"
    resealed = Box(keys[2], b"x").seal(b"said", b"here")
    assert Box(keys[3], b"x").open(resealed, b"here") == b"said"
    assert len({index_key(key) for key in keys}) == 1, "people are found as before"
    assert keys[3].others == (), "the former key is forgotten"
    assert bytes(keys[3]) != bytes(keys[0])


def test_a_second_rotation_finds_people_by_the_first_key_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = given_out(tmp_path)["sk-sync"]["SYNC_FILE_KEY"]
    for _ in range(6):
        step(tmp_path, "file-key")
    assert given_out(tmp_path)["sk-sync"]["SYNC_INDEX_KEY"] == first


def test_the_services_that_find_by_a_key_are_those_whose_settings_say_so() -> None:
    finding = {name for name in WITH_DATA if importlib.import_module(f"services.{name}.settings").Settings.finds_by_key}
    assert finding == set(rotation._FOUND_BY)


def test_identity_knows_both_keys_of_a_client_while_one_takes_the_others_place(tmp_path: Path) -> None:
    def known() -> list[str]:
        folder = tmp_path / "public"
        compose.prepare(tmp_path, Setup("http://127.0.0.1:8080"))
        assert {path.name: path.read_text() for path in folder.iterdir()} == given_out(tmp_path)["sk-service-keys"]
        return [json.dumps(one, sort_keys=True) for one in read_service_keys(folder)["sync"]]

    def used() -> str:
        return given_out(tmp_path)["sk-sync"]["client-key.pem"]

    [old], old_key = known(), used()
    step(tmp_path, "client-key")
    announced = known()
    assert announced[0] == old
    assert len(announced) == 2
    assert used() == old_key
    step(tmp_path, "client-key")
    assert sorted(known()) == sorted(announced)
    assert used() != old_key
    step(tmp_path, "client-key")
    assert known() == announced[1:]


def test_a_folder_without_keys_is_refused_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rotation.main(["file-key", "sync", "--state", str(tmp_path / "typo")]) == 1
    assert "give the folder that `secrets` or `prepare` made" in capsys.readouterr().err
    assert not Places(tmp_path / "typo").keys.exists()
