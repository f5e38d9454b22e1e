"""The command line answers plainly, in words and as JSON, whatever state the installation is in."""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.app import LAZY, build_app
from cli.stack.places import STATE_VARIABLE, Places, write_private
from cli.stack.record import ProcessNote, Record, Step, read_record, running

ROOT = Path(__file__).parents[2]


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    """An installation that was prepared and never started."""
    places = Places(tmp_path / "state")
    places.prepare()
    yield places
    places.erase()


def _startklar(state: Path, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "startklar", *arguments],
        env=os.environ | {STATE_VARIABLE: str(state), "NO_COLOR": "1"},
        cwd=cwd,
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


def test_status_of_nothing_says_so_with_its_own_exit_status_from_any_folder(tmp_path: Path) -> None:
    done = _startklar(tmp_path / "state", "status", "--json", cwd=tmp_path)
    assert done.returncode == 3
    assert json.loads(done.stdout) == {"status": "stopped", "error": None}


def test_down_without_a_stack_is_no_error(tmp_path: Path) -> None:
    done = _startklar(tmp_path / "state", "down", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"status": "stopped", "was_running": False}


def test_logs_of_an_unknown_process_name_those_that_exist(places: Places) -> None:
    (places.logs / "identity.log").write_text("one\ntwo\nthree [not markup]\n")
    shown = _startklar(places.state, "logs", "identity", "--lines", "2")
    assert [line.split()[:2] for line in shown.stdout.splitlines()] == [["identity", "two"], ["identity", "three"]]
    assert "[not markup]" in shown.stdout
    missing = _startklar(places.state, "logs", "identitet")
    assert missing.returncode == 1
    assert "identity" in missing.stderr


def test_the_doctor_names_a_missing_server_and_its_remedy(tmp_path: Path) -> None:
    done = _startklar(tmp_path / "state", "doctor", "--json")
    findings = {finding["topic"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert findings["Python"]["good"]
    assert findings["PostgreSQL"]["good"]
    assert done.returncode == int(not all(finding["good"] for finding in findings.values()))


def test_reset_asks_before_it_deletes(places: Places) -> None:
    assert _startklar(places.state, "reset").returncode != 0
    assert places.keys.exists()
    assert _startklar(places.state, "reset", "--yes").returncode == 0
    assert not places.state.exists()
    assert not places.keys.exists()


def test_a_state_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o755)
    done = _startklar(state, "up", "--json")
    assert done.returncode == 1
    assert "only its owner" in json.loads(done.stdout)["error"]
    assert stat.S_IMODE(state.stat().st_mode) == 0o755


def test_a_dead_supervisors_note_is_not_taken_for_a_running_stack(places: Places) -> None:
    record = Record.of_this_process()
    record.steps, record.processes = [Step("x", 0.1)], [ProcessNote("a", 1, "running", 0, 80)]
    record.save(places)
    assert running(places) == record
    record.created -= 100  # the process id now belongs to somebody who started later
    record.save(places)
    assert read_record(places) == record
    assert running(places) is None


def test_private_files_are_never_readable_by_others_not_even_while_they_are_written(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_private(tmp_path / "secret", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("name", LAZY)
def test_a_command_of_a_package_is_loaded_only_when_it_is_asked_for(name: str) -> None:
    for arguments, is_offered in ((["--help"], True), ([name], True), (["status"], False)):
        app = build_app(arguments)
        names = {each.name for each in app.registered_commands} | {each.name for each in app.registered_groups}
        assert (name in names) is is_offered


def test_data_without_its_keys_is_not_served_and_the_way_out_is_named(places: Places) -> None:
    places.postgres.mkdir(parents=True)
    shutil.rmtree(places.keys)
    done = _startklar(places.state, "up")
    assert done.returncode != 0
    assert "./startklar reset" in done.stdout + done.stderr
    assert _startklar(places.state, "reset", "--yes").returncode == 0


def test_a_new_checkout_in_the_old_place_finds_the_keys_of_its_data(places: Places) -> None:
    (places.keys / "install-secret").write_text("x")
    if places.home != places.state:  # for root, data and keys lie outside the checkout
        shutil.rmtree(places.state)
    places.prepare()
    assert (places.keys / "install-secret").read_text() == "x"
