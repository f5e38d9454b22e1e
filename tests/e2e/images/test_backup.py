"""What deploy/compose.yml runs for backups does so in its image: over the network, as nobody, on a read-only root; and
the same image brings everything back."""

import os
import shlex
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from cli import compose
from cli.backup.archive import Archive, folders, load_key
from cli.backup.ledger import LedgerCopy
from cli.backup.replaying import marked
from cli.compose_state import Setup
from cli.servers import postgres
from cli.servers.accounts import scratch_dir, unprivileged_account
from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision, role_urls
from cli.stack import keys
from cli.stack.places import ROOT, Places
from shared.kit import clock
from tests.cli.backup.house import House
from tests.e2e.images.builder import Image, building
from tests.e2e.images.running import USER, Container, answers, free_port, run, started

pytestmark = pytest.mark.browser
PROCESSES: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yml").read_text())["services"]
SERVICES = ("identity", "sync")


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    with building() as builder:
        yield builder.build("backup", "--target", "backup", "--build-arg", "SERVICE=backup")


@dataclass
class Reached(House):
    """A house whose server listens on the network."""

    port: int = 0

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{quote(self.server.password(), safe='')}@127.0.0.1:{self.port}/postgres"


@dataclass
class Host:
    """A machine on which `prepare` was run. `volume` stands for the one of the database's files."""

    image: Image
    places: Places
    house: Reached
    volume: Path

    def container(self, name: str, **settings: str) -> Container:
        """As compose starts it; the database is found on this machine instead of by its name."""
        process, port = PROCESSES[name], self.house.port
        told = (self.places.state / "operator.env").read_text().replace("@postgres:5432", f"@127.0.0.1:{port}")
        given = dict(line.split("=", 1) for line in shlex.split(told)) | process["environment"] | settings
        known = dict(line.split("=", 1) for line in shlex.split((self.places.state / "compose.env").read_text()))
        shown = {}
        for volume in process["volumes"]:
            outside, inside, *_ = volume.split(":")
            for variable, value in known.items():
                outside = outside.replace(f"${{{variable}}}", value)
            shown[inside] = self.volume if outside == "postgres" else Path(outside)
        return Container(self.image, given, shown, "0:0" if name == "restore" else USER)


@pytest.fixture
def host(image: Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """The server listens and lets in as the compose file says."""
    places = Places(tmp_path / "state")
    compose.prepare(places.state, Setup("http://127.0.0.1:8080", backup=tmp_path / "archive"))
    (tmp_path / "volume").mkdir(mode=0o755)
    folder, port = scratch_dir(unprivileged_account()), free_port()
    hba = folder / "pg_hba.conf"
    shutil.copy(ROOT / "deploy" / "postgres" / "pg_hba.conf", hba)
    hba.chmod(0o644)
    for name, value in (("listen_addresses", "127.0.0.1"), ("port", str(port)), ("hba_file", str(hba))):
        monkeypatch.setitem(postgres._SETTINGS, name, value)
    (folder / "postgres.password").write_text(keys.file_key(places, "postgres"))
    server = PostgresServer(folder / "postgres", binaries="wheel")
    archive = Archive(tmp_path / "archive", load_key(places.keys / "backup-key"))
    house = Reached(folder, archive, server, keys.install_secret(places), port)
    try:
        yield Host(image, places, house, tmp_path / "volume")
    finally:
        house.server.stop()
        shutil.rmtree(folder)
        places.erase()


def _next_second() -> datetime:
    """A moment after now that can be said on a command line, when it has come."""
    moment = clock.now().replace(microsecond=0) + timedelta(seconds=1)
    _until(lambda: clock.now() >= moment, "the next second")
    return moment


def _until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 300
    while not is_so():
        assert time.monotonic() < end, f"{what} never came"
        time.sleep(0.1)


def _has_reached(archive: Archive, moment: datetime) -> bool:
    return archive.reached.exists() and datetime.fromisoformat(archive.read_note(archive.reached)["at"]) > moment


async def test_the_backup_of_a_host_is_followed_checked_and_brought_back_by_its_image(host: Host) -> None:
    house, archive = host.house, host.house.archive
    await _two_services(host)
    port = str(free_port())
    follower, metrics = host.container("backup", STARTKLAR_METRICS_PORT=port), f"http://127.0.0.1:{port}"
    await house.add_person("Anna")
    bo = await house.add_person("Bo")
    with started(follower.command(PROCESSES["backup"]["command"])) as process:
        assert answers(f"{metrics}/readyz", process, 300) == 200
        _until(lambda: bool(folders(archive.bases)), "a base backup")
        await house.add_person("Cai")
        moment = _next_second()
        await house.erase(bo)
        await house.add_person("Disa")
        done = clock.now()
        _until(lambda: _has_reached(archive, done), "what was written last")
        assert answers(f"{metrics}/metrics", process) == 200
    assert "✗" not in run(follower.command(["startklar", "backup", "verify", "--max-age", "100000"]))
    assert [entry["person"] for entry in LedgerCopy.load(archive).entries] == [str(bo)]
    await _the_ledger_alone_needs_a_reader_alone(host)

    house.burn_down()
    assert "erased again" in _restored(host, moment)
    _as_the_servers_image_does(host)
    house.server.start()
    assert await house.names() == {"Anna", "Cai"}
    assert await house.ask("sync", "SELECT person_id FROM erasure") == [bo]
    assert await marked(house.url) == {}


async def _two_services(host: Host) -> None:
    host.house.server.start()
    for service in SERVICES:
        urls = await provision(host.house.url, service, secret=host.house.secret)
        upgrade = ["alembic", "-c", f"services/{service}/alembic.ini", "upgrade", "head"]
        run(Container(host.image, {f"{service.upper()}_OWNER_DATABASE_URL": urls["owner"]}, {}).command(upgrade))


def _restored(host: Host, moment: datetime) -> str:
    """What the restore said, which had the rights of the compose file and no more."""
    process = PROCESSES["restore"]
    rights = ",".join(["-all", *(f"+{right.lower()}" for right in process["cap_add"])])
    limited = ["setpriv", f"--bounding-set={rights}", "--no-new-privs"]
    words = [*limited, *process["command"], "--to", f"{moment:%Y-%m-%dT%H:%M:%S%z}"]
    return run(host.container("restore").command(words))


async def _the_ledger_alone_needs_a_reader_alone(host: Host) -> None:
    """As the chart runs it beside an archive that somebody else keeps."""
    house, port = host.house, str(free_port())
    reader = role_urls(house.url, "sync", secret=house.secret)["backup"]
    settings = {"DATABASE_URL": reader, "STARTKLAR_METRICS_PORT": port, "STARTKLAR_METRICS_HOST": "127.0.0.1"}
    place = host.volume / "ledger"
    place.mkdir()
    os.chown(place, *map(int, USER.split(":")))
    key = {"/run/startklar/backup-key": host.places.keys / "backup-key"}
    container = Container(host.image, settings, {"/var/lib/startklar/archive": place} | key)
    with started(container.command(["startklar", "backup", "follow", "--ledger-only"])) as process:
        assert answers(f"http://127.0.0.1:{port}/readyz", process, 300) == 200
    assert len(LedgerCopy.load(Archive(place / "startklar", house.archive.key)).entries) == 1
    shutil.rmtree(place)


def _as_the_servers_image_does(host: Host) -> None:
    """It takes the files for its own user; what it listens on is said by its command line."""
    data, account = host.volume / "18" / "docker", unprivileged_account()
    assert account is not None
    assert PROCESSES["postgres"]["image"] == "postgres:18"
    assert {path.name for path in data.parent.iterdir()} == {"docker"}
    data.rename(host.house.data)
    for path in (host.house.data, *host.house.data.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    host.house.server = PostgresServer(host.house.data, binaries="wheel")
