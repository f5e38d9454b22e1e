"""Sealed files open whole, under their own name and key, or not at all; keys travel under a passphrase."""

import io
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

from cli.backup import segments
from cli.backup.archive import Archive, load_key
from cli.backup.base import TAR
from cli.backup.keyring import load_keys, save_keys
from cli.backup.recovery import Choice, extract
from cli.backup.sealing import BackupRefused, seal, unsealed
from cli.stack.places import ROOT

KEY = bytes(range(32))
PLAIN = random.Random(7).randbytes(2_500_000)


def _sealed(folder: Path, plain: bytes = PLAIN) -> Path:
    path = folder / "file"
    told = seal(KEY, "wal/1", io.BytesIO(plain), path)
    assert (told.plain_bytes, told.bytes) == (len(plain), path.stat().st_size)
    return path


@pytest.mark.parametrize("plain", [b"", b"x", PLAIN])
def test_what_was_sealed_comes_out_as_it_went_in(tmp_path: Path, plain: bytes) -> None:
    path = _sealed(tmp_path, plain)
    assert b"".join(unsealed(KEY, "wal/1", path)) == plain
    assert plain[:100] not in path.read_bytes() or len(plain) < 100


def test_a_file_that_was_touched_does_not_open(tmp_path: Path) -> None:
    path = _sealed(tmp_path)
    whole = path.read_bytes()
    size = 4 + (1 << 20) + 16
    first, second = whole[20 : 20 + size], whole[20 + size : 20 + 2 * size]
    touched = {
        "a bit": whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:],
        "cut off after a chunk": whole[: 20 + size],
        "cut off inside one": whole[:-1],
        "chunks swapped": whole[:20] + second + first + whole[20 + 2 * size :],
        "a chunk repeated": whole[:20] + first + whole[20:],
        "something behind": whole + b"\0",
        "nothing": b"",
    }
    for what, body in touched.items():
        path.write_bytes(body)
        with pytest.raises(BackupRefused):
            b"".join(unsealed(KEY, "wal/1", path))
            pytest.fail(what)


def test_no_file_passes_for_another_and_no_key_for_another(tmp_path: Path) -> None:
    path = _sealed(tmp_path)
    for key, name in ((KEY, "wal/2"), (bytes(32), "wal/1")):
        with pytest.raises(BackupRefused, match="another key"):
            b"".join(unsealed(key, name, path))


def test_a_note_that_was_changed_or_is_anothers_is_refused(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive", load_key(tmp_path / "key", make=True))
    archive.prepare()
    archive.write_note(archive.reached, {"at": "2026-11-22T12:00:00+00:00", "erasures": 3})
    assert archive.read_note(archive.reached)["erasures"] == 3
    with pytest.raises(BackupRefused, match="another backup key"):
        Archive(archive.root, KEY).read_note(archive.reached)
    archive.reached.write_text(archive.reached.read_text().replace("3", "2"))
    with pytest.raises(BackupRefused, match="was changed"):
        archive.read_note(archive.reached)


def test_a_key_that_is_absent_or_none_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="restore keys"):
        load_key(tmp_path / "key")
    (tmp_path / "key").write_text("c2hvcnQ=")
    with pytest.raises(BackupRefused, match="32 bytes"):
        load_key(tmp_path / "key")


def test_keys_come_back_with_their_passphrase_alone_and_replace_no_others(tmp_path: Path) -> None:
    keys, back = tmp_path / "keys", tmp_path / "back"
    keys.mkdir()
    (keys / "backup-key").write_text("one")
    (keys / "sync.file-key").write_text("two")
    file = tmp_path / "all-keys"
    with pytest.raises(BackupRefused, match="16 characters"):
        save_keys(keys, file, "short")
    assert save_keys(keys, file, "a long enough passphrase") == 2
    assert "two" not in file.read_text()
    with pytest.raises(BackupRefused, match="passphrase is wrong"):
        load_keys(file, back, "another long passphrase")
    assert load_keys(file, back, "a long enough passphrase") == 2
    assert (back / "sync.file-key").read_text() == "two"
    (back / "sync.file-key").write_text("of another installation")
    with pytest.raises(BackupRefused, match="other keys"):
        load_keys(file, back, "a long enough passphrase")


_ON_A_NEW_MACHINE = """
import os, sys
from pathlib import Path
from cli.backup.keyring import load_keys, save_keys
from cli.stack import keys
from cli.stack.places import Places
import cli.backup.restore_command, encodings.idna
folder, user = Path(sys.argv[1]), int(sys.argv[2])
os.setgid(user), os.setuid(user)
old, new = Places(folder / "old"), Places(folder / "new")
old.prepare()
keys.install_secret(old)
save_keys(old.keys, folder / "keys", "a long enough passphrase")
new.make_home()
load_keys(folder / "keys", new.keys, "a long enough passphrase")
new.prepare()
assert keys.install_secret(new) == keys.install_secret(old)
"""


def test_keys_come_back_before_anything_else_for_whoever_is_not_root() -> None:
    """Their data lie in the folder of the state, which must be as private then as ever."""
    user = os.getuid() or 65534
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, user, user)
        command = [sys.executable, "-c", _ON_A_NEW_MACHINE, folder, str(user)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_copy_of_files_stays_in_its_folder_and_holds_nothing_but_files_and_folders(tmp_path: Path) -> None:
    archive, target = Archive(tmp_path / "archive", KEY), tmp_path / "restored"
    archive.prepare()
    for name, kind in (("../out", tarfile.REGTYPE), ("/out", tarfile.REGTYPE), ("link", tarfile.SYMTYPE)):
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc"
        with tarfile.open(fileobj=(plain := io.BytesIO()), mode="w") as tar:
            tar.addfile(member)
        folder = archive.bases / "1"
        folder.mkdir(exist_ok=True)
        sealed = seal(KEY, "base/1/base.sealed", io.BytesIO(plain.getvalue()), folder / TAR)
        note = {"files": {TAR: {"sha256": sealed.sha256}}}
        with pytest.raises(BackupRefused, match=r"outside of its folder|neither a file nor a folder"):
            extract(archive, Choice(folder, note, []), target)
        shutil.rmtree(target)


def test_gaps_in_the_log_are_seen_over_the_turn_of_a_log_and_of_a_timeline() -> None:
    first = segments.segment_of(1, "0/FE000028")
    assert first == "0000000100000000000000FE"
    names = [first, "0000000100000000000000FF", "000000020000000100000000"]
    assert segments.missing(names, first) == []
    assert segments.missing([names[0], names[2]], first) == [segments.number(names[1])]
    assert segments.missing(names, first, "000000020000000100000001") == [segments.number(names[2]) + 1]
