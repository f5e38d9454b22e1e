"""Is what lies in an archive good for a restore? Everything is read, opened and compared with its manifest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cli.backup import segments
from cli.backup.archive import Archive, folders
from cli.backup.base import TAR, name_of
from cli.backup.dumps import check
from cli.backup.ledger import LedgerCopy
from cli.backup.sealing import BackupRefused, unsealed
from shared.kit import clock


@dataclass(frozen=True)
class Verdict:
    """One thing that was looked at; `fault` says what is wrong with it."""

    what: str
    text: str
    fault: str | None = None


def verify(archive: Archive, max_age: float = 60.0) -> list[Verdict]:
    """Look at everything; nothing is changed. `max_age`: seconds that the archive may be behind."""
    verdicts = [*_bases(archive), *_dumps(archive)]
    verdicts += [_log(archive), _ledger(archive), _age(archive, max_age)]
    return verdicts


def _bases(archive: Archive) -> Iterator[Verdict]:
    there = folders(archive.bases)
    if not there:
        yield Verdict("base", "none", "there is no base backup: nothing can be restored")
    for folder in there:
        what = f"base {folder.name}"
        try:
            note = archive.read_note(folder / "manifest.json")
            check(archive, folder, note)
            size = sum(map(len, unsealed(archive.key, name_of(archive, folder), folder / TAR)))
            if gaps := segments.missing(segments.kept(archive.wal), note["first_segment"], note["last_segment"]):
                raise BackupRefused(f"{len(gaps)} of its segments of the log are missing")
        except BackupRefused as refusal:
            yield Verdict(what, "refused", str(refusal))
        else:
            yield Verdict(what, f"{size / 1e6:.0f} MB of files, ended {note['ended']}")


def _dumps(archive: Archive) -> Iterator[Verdict]:
    for folder in folders(archive.dumps):
        what = f"dump {folder.name}"
        try:
            note = archive.read_note(folder / "manifest.json")
            count = check(archive, folder, note)
            for name in note["files"]:
                sealed_as = f"{folder.relative_to(archive.root)}/{name}"
                for _ in unsealed(archive.key, sealed_as, folder / name):
                    pass
        except BackupRefused as refusal:
            yield Verdict(what, "refused", str(refusal))
        else:
            yield Verdict(what, f"{count} files of {', '.join(note['times'])}")


def _log(archive: Archive) -> Verdict:
    try:
        there = segments.kept(archive.wal)
        for name in there:
            for _ in unsealed(archive.key, f"wal/{name}", archive.wal / name):
                pass
        bases = folders(archive.bases)
        first = archive.read_note(bases[-1] / "manifest.json")["first_segment"] if bases else None
        if first and (gaps := segments.missing(there, first)):
            raise BackupRefused(f"{len(gaps)} segments are missing since the newest base backup")
    except BackupRefused as refusal:
        return Verdict("log", "refused", str(refusal))
    return Verdict("log", f"{len(there)} segments")


def _ledger(archive: Archive) -> Verdict:
    try:
        copy = LedgerCopy.load(archive)
        copy.demand(archive.read_note(archive.reached)["erasures"])
    except BackupRefused as refusal:
        return Verdict("erasures", "refused", str(refusal))
    return Verdict("erasures", f"{len(copy.entries)} in the ledger's copy")


def _age(archive: Archive, max_age: float) -> Verdict:
    try:
        at = archive.read_note(archive.reached)["at"]
    except BackupRefused as refusal:
        return Verdict("reached", "refused", str(refusal))
    age = (clock.now() - datetime.fromisoformat(at)).total_seconds()
    fault = None
    if age > max_age:
        fault = f"nothing has arrived for {age:.0f} s: is ./startklar backup follow running, and the server?"
    return Verdict("reached", at, fault)
