"""A server burns down and comes back: to a moment, to the newest, and one service alone from a dump."""

import asyncio
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cli.backup import segments, verifying
from cli.backup.archive import Archive
from cli.backup.dumps import restore_service
from cli.backup.following import Follower, is_of_another_history
from cli.backup.ledger import LedgerCopy
from cli.backup.mending import Mended, RosterMended, mend
from cli.backup.recovery import choose
from cli.backup.replaying import mark, marked, replay
from cli.backup.restoring import Report, Restore, replay_pending
from cli.backup.sealing import BackupRefused
from cli.backup.telling import Telling
from cli.backup.verifying import Verdict, verify
from cli.servers.postgres import PostgresServer
from cli.servers.processes import ServerFailed
from cli.servers.provision import role_urls
from shared.kit.db import Database, ErasuresPending
from shared.kit.ids import new_id
from tests.cli.backup.conftest import Story
from tests.cli.backup.house import MINE, OTHERS, SECRET, SERVICES, House

Look = Callable[[Archive], Verdict | Iterable[Verdict]]
pytestmark = pytest.mark.slow
_SECURITY = """
SELECT format('%s %s %s %s %s %s', c.relname, r.rolname, c.relrowsecurity, c.relforcerowsecurity, c.relacl,
              (SELECT array_agg(format('%s %s %s', polname, polroles::regrole[], polqual IS NOT NULL) ORDER BY polname)
               FROM pg_policy WHERE polrelid = c.oid))
FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S', 'v') ORDER BY 1
"""


async def _restored(story: Story, *, to_moment: bool, force: bool = False) -> Report:
    house = story.house
    to = story.moment if to_moment else None
    report = await Restore(house.archive, house.data, SECRET, to, story.said.append).run(force=force)
    house.server = PostgresServer(house.data)
    house.server.start()
    return report


async def _row_security_holds(house: House) -> None:
    """The application sees one tenant, the administrator both; and no role of ours can do more than it should."""
    ids = "SELECT DISTINCT tenant_id FROM person"
    assert await house.ask("sync", ids, role="app", tenant=str(OTHERS)) == [OTHERS]
    assert await house.ask("sync", ids, role="app") == []
    assert set(await house.ask("sync", ids)) == {MINE, OTHERS}
    database = Database(role_urls(house.url, "sync", secret=SECRET)["app"], pool_size=1)
    await database.start()
    await database.stop()


async def test_everything_comes_back_as_it_was_and_who_was_erased_stays_erased(story: Story) -> None:
    house = story.house
    assert any("threw log away" in text for text in story.said), "the follower began anew, or there were no backup"

    # To a moment before Bo was erased: Disa is not there yet, and Bo is erased again by the ledger.
    report = await _restored(story, to_moment=True)
    assert report.pending is None
    assert await house.names() == {"Anna", "Åke", "Cai"}
    assert [(again.service, again.asked) for again in report.erased_again] == [("sync", 1), ("webhooks", 1)]
    assert await house.ask("sync", "SELECT person_id FROM erasure") == [story.bo]
    assert await marked(house.url) == {}
    await _row_security_holds(house)
    before = await house.ask("sync", _SECURITY)

    # Over data only when told; then to the newest moment, and nothing that was acknowledged is missing.
    house.server.stop()
    with pytest.raises(BackupRefused, match="--force"):
        await _restored(story, to_moment=False)
    report = await _restored(story, to_moment=False, force=True)
    assert report.moved_away is not None
    assert await house.names() == {"Anna", "Åke", "Cai", "Disa"}
    assert set(report.rows) == set(SERVICES)
    assert await house.ask("sync", _SECURITY) == before

    await _one_service_alone(story, before)
    await _a_failed_replay_keeps_everybody_out(story)
    await _a_restore_by_somebody_else_is_told(story)


async def _one_service_alone(story: Story, security: list[object]) -> None:
    """sync comes back from a dump; webhooks had read further in its feed than it knows now."""
    house = story.house
    log = "INSERT INTO event_log SELECT n, gen_random_uuid(), 'sync.toy.made.v1', $1, $1, now(), null, '{}'"
    await house.ask("sync", f"{log} FROM generate_series(1, 3) n", MINE)
    await house.ask("sync", "UPDATE feed_head SET position = 3")
    last = (await house.ask("sync", "SELECT id FROM event_log WHERE position = 3"))[0]
    place = "INSERT INTO feed_position (owner, position, event_id, updated_at) VALUES ('sync', $1, $2, now())"
    await house.ask("webhooks", place, 3, last)
    assert await mend(house.url) == [], "what goes on is left alone"

    with pytest.raises(BackupRefused, match="--force"):
        await restore_service(house.archive, story.dump, "sync", house.url, SECRET)
    told = await restore_service(house.archive, story.dump, "sync", house.url, SECRET, force=True)
    assert told["kept"].startswith("startklar_sync_before_")
    database = Database(role_urls(house.url, "sync", secret=SECRET)["app"], pool_size=1)
    with pytest.raises(ErasuresPending, match="restore replay"):
        await database.start()
    await database.stop()
    assert "Bo" in await house.names()
    again = await replay_pending(house.url, house.archive, SECRET)
    assert [(one.service, one.asked) for one in again] == [("sync", 1)]
    assert await house.names() == {"Anna", "Åke", "Cai"}
    assert await house.ask("sync", _SECURITY) == security
    await _row_security_holds(house)

    head = int(str((await house.ask("sync", "SELECT position FROM feed_head"))[0]))
    assert await mend(house.url) == [Mended("webhooks", "sync", 3, head, 3 - head)]
    assert await mend(house.url) == []
    await house.ask("webhooks", "UPDATE feed_position SET position = $1, event_id = $2", head or 1, new_id())
    assert [one.now for one in await mend(house.url) if not isinstance(one, RosterMended)] == [0]


async def _a_failed_replay_keeps_everybody_out(story: Story) -> None:
    house = story.house
    await mark(house.url, story.moment)
    with pytest.raises(ServerFailed, match="sync waits for erasures"):
        await replay(house.url, LedgerCopy.load(house.archive), {})
    assert set(await marked(house.url)) == set(SERVICES)


async def _a_restore_by_somebody_else_is_told(story: Story) -> None:
    """The follower of the ledger alone reads it with sync's own reading role, and sees when the database forgets."""
    house = story.house
    archive = Archive(house.archive.root.with_name("ledger"), house.archive.key)
    archive.prepare()
    reader = role_urls(house.url, "sync", secret=SECRET)["backup"]
    follower = Follower(archive, reader, house.spool, story.said.append, ledger_only=True)
    await follower.round()
    assert [entry["person"] for entry in LedgerCopy.load(archive).entries] == [str(story.bo)]
    assert "startklar_backup_forgotten_erasures 0.000\n" in await _told(follower, "/metrics")
    await house.ask("sync", "DELETE FROM erasure RETURNING 1")
    await follower.round()
    text = await _told(follower, "/metrics")
    assert "startklar_backup_forgotten_erasures 1.000\n" in text
    reached = datetime.fromisoformat(archive.read_note(archive.reached)["at"]).timestamp()
    assert f"startklar_backup_reached_timestamp_seconds {reached:.3f}\n" in text
    assert "base_timestamp" not in text, "somebody else makes base backups"
    assert (await _told(Follower(house.archive, "", house.spool), "/metrics")).count("base_timestamp_seconds ") == 3

    # What a round brought says ready; a database that is away says not ready, and never not alive.
    for turn, (url, ready) in enumerate(((reader, "200"), ("postgresql://nobody@127.0.0.1:1/none", "503"))):
        follower = Follower(archive, url, house.spool, story.said.append, ledger_only=True)
        stop = asyncio.Event()
        running = asyncio.create_task(follower.run(stop))
        async with asyncio.timeout(300):
            while not follower.rounds and not follower.failing:
                assert not running.done(), turn
                await asyncio.sleep(0.02)
        assert (await _told(follower, "/readyz"))[9:12] == ready
        assert (await _told(follower, "/livez"))[9:12] == "200"
        stop.set()
        await running
    follower.turned -= 10_000
    assert (await _told(follower, "/livez"))[9:12] == "503"


async def _told(follower: Follower, path: str) -> str:
    probes = Telling(follower).probes("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", await probes.start())
    writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    text = (await reader.read()).decode()
    writer.close()
    await probes.stop()
    return text


def test_a_spool_of_a_history_that_the_server_has_left_is_known(tmp_path: Path) -> None:
    assert not is_of_another_history(tmp_path / "none", 1)
    (tmp_path / "000000010000000000000007").touch()
    (tmp_path / "000000010000000000000008.partial").touch()
    assert not is_of_another_history(tmp_path, 1)
    assert is_of_another_history(tmp_path, 2)
    (tmp_path / "000000020000000000000008.partial").touch()
    assert not is_of_another_history(tmp_path, 2)


def test_a_moment_that_the_archive_does_not_hold_is_refused(story: Story) -> None:
    archive = story.house.archive
    for moment, reason in ((timedelta(days=-1), "old enough"), (timedelta(days=1), "reaches to")):
        with pytest.raises(BackupRefused, match=reason):
            choose(archive, story.moment + moment)


def test_a_damaged_or_incomplete_archive_is_refused_with_a_sentence(story: Story) -> None:
    archive = story.house.archive
    base = sorted(archive.bases.iterdir())[-1]
    first = archive.read_note(base / "manifest.json")["first_segment"]
    segment = archive.wal / next(name for name in segments.kept(archive.wal) if name[:24] >= first)
    table = story.dump / "sync" / "toc.dat"
    damages: list[tuple[Path, Look, str, str]] = [
        (base / "base.sealed", verifying._bases, "damaged", "missing"),
        (base / "manifest.json", verifying._bases, "unreadable|was changed", "nothing can be restored"),
        (segment, verifying._log, "cannot be opened", "missing since"),
        (archive.ledger, verifying._ledger, "changed at line", "its end is gone"),
        (table, verifying._dumps, "damaged", "missing"),
    ]
    for path, look, damaged, missing in damages:
        whole = path.read_bytes()
        middle = len(whole) // 2
        for body, sentence in (
            (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], damaged),
            (None, missing),
        ):
            path.write_bytes(body) if body is not None else path.unlink()
            looked = look(archive)
            found = [looked] if isinstance(looked, Verdict) else list(looked)
            faults = " ".join(verdict.fault or "" for verdict in found)
            assert re.search(sentence, faults), (path.name, faults)
        path.write_bytes(whole)
    assert "nothing has arrived" in str(verifying._age(archive, 0.001).fault)
    assert not any(verdict.fault for verdict in verify(archive, max_age=1e9))
