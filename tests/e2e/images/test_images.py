"""The images are built from the checkout, hold what they should, and run as the manifests run them."""

import json
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from cli.compose import WITH_DATA
from cli.gateway import JWKS_PATH, SERVICES
from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision
from cli.servers.redis import RedisServer
from cli.stack import keys
from cli.stack.places import ROOT, Places
from tests.e2e.images.builder import LABELS, Builder, Image, building
from tests.e2e.images.running import KEY, USER, answers, command_of, free_port, run, started

pytestmark = pytest.mark.browser
ISSUER = "https://api.startklar.test"
BILL = Path("usr/share/startklar/sbom.cdx.json")
# What would make, fetch or become something else.
UNWANTED = {"gcc", "cc", "g++", "c++", "ld", "as", "make", "git", "curl", "wget", "ssh", "npm", "node"}


@pytest.fixture(scope="module")
def images() -> Iterator[dict[str, Image]]:
    """Every image."""
    with building() as builder:
        yield build_all(builder)


def build_all(builder: Builder) -> dict[str, Image]:
    made = {name: builder.build(name, "--target", "service", "--build-arg", f"SERVICE={name}") for name in SERVICES}
    made["small"] = builder.build("small", "--target", "small", "--build-arg", "SERVICE=small")
    made["backup"] = builder.build("backup", "--target", "backup", "--build-arg", "SERVICE=backup")
    made["operator"] = builder.build("operator", "--target", "operator")
    made["gateway"] = builder.build("gateway", "--target", "gateway", "--build-arg", f"ISSUER={ISSUER}")
    return made


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Places]]:
    """Empty servers, whose sockets the images' user may use, and a folder of keys."""
    postgres = PostgresServer.temporary()
    redis = RedisServer(tmp_path_factory.mktemp("redis"))
    places = Places(tmp_path_factory.mktemp("state"))
    places.prepare()
    try:
        admin = postgres.start()
        folder = Path(parse_qs(urlsplit(admin).query)["host"][0])
        for path in (folder, *folder.iterdir()):
            path.chmod(0o777)
        yield admin, redis.start(), places
    finally:
        redis.stop()
        postgres.stop()


def files(image: Image) -> Iterator[Path]:
    for folder, _, names in os.walk(image.root):
        yield from (Path(folder) / name for name in names)


@pytest.mark.parametrize("name", [*SERVICES, "small", "backup", "operator", "gateway"])
def test_an_image_runs_as_nobody_in_particular_and_says_what_it_is(images: dict[str, Image], name: str) -> None:
    config = images[name].config
    assert config["User"] == USER
    labels = {key.removeprefix("org.opencontainers.image."): value for key, value in config["Labels"].items()}
    assert labels["title"] == f"startklar/{name}"
    assert (labels["version"], labels["revision"], labels["created"]) == tuple(LABELS.values())
    # Where a key will be shown is none.
    assert not [pair for pair in config["Env"] if re.search("KEY(?!_FILE=/run/)|SECRET|PASSWORD|TOKEN|_URL", pair)]


@pytest.mark.parametrize("name", [*SERVICES, "small", "backup", "operator"])
def test_an_image_holds_no_compiler_no_tests_and_nobody_elses_code(images: dict[str, Image], name: str) -> None:
    image = images[name]
    found = set(files(image))
    programs = {path.name for path in found if path.parent.name in ("bin", "sbin")}
    assert programs & UNWANTED == set()
    assert {path.name for path in (image.root / "app").iterdir()} <= {"shared", "services", "small", "cli", "deploy"}
    others = {path.name for path in (image.root / "app" / "services").glob("*/")} if name in SERVICES else set()
    assert others <= {name, "__pycache__"}
    assert not [path for path in found if path.is_relative_to(image.root / "app") and path.stat().st_uid == 10001]
    assert not [
        path
        for path in found
        if path.suffix in (".pem", ".key") and "certifi" not in str(path) and path.is_relative_to(image.root / "app")
    ]


@pytest.mark.parametrize("name", [*SERVICES, "small", "backup", "operator"])
def test_nothing_of_ours_raises_rights(images: dict[str, Image], name: str) -> None:
    ours = [images[name].root / part for part in ("app", "opt")]
    raised = stat.S_ISUID | stat.S_ISGID
    assert not [
        path
        for path in files(images[name])
        if any(map(path.is_relative_to, ours)) and not path.is_symlink() and path.stat().st_mode & raised
    ]


@pytest.mark.parametrize("name", [*SERVICES, "small", "backup", "operator"])
def test_the_bill_of_materials_names_what_is_inside(images: dict[str, Image], name: str) -> None:
    image = images[name]
    text = (image.root / BILL).read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    assert (bill["metadata"]["component"]["name"], bill["metadata"]["component"]["version"]) == (
        f"startklar/{name}",
        "1.2.3",
    )
    named = {component["purl"].partition("?")[0] for component in bill["components"]}
    python = {purl.removeprefix("pkg:pypi/") for purl in named if purl.startswith("pkg:pypi/")}
    site = image.root / "opt/venv/lib/python3.11/site-packages"
    inside = {
        path.name.removesuffix(".dist-info").replace("-", "@").replace("_", "-").lower()
        for path in site.glob("*.dist-info")
    }
    assert {one.replace(".", "-") for one in python} == {one.replace(".", "-") for one in inside}
    group = "cli" if name == "operator" else name
    locked = set(re.findall(r"^([a-z0-9._-]+==[^ \\;]+)", (ROOT / "requirements" / f"{group}.txt").read_text(), re.M))
    assert {one.replace("@", "==") for one in python} <= {one.lower() for one in locked}
    installed = run(["dpkg-query", f"--admindir={image.root}/var/lib/dpkg", "--show"]).split("\n")
    debian = {line.split("\t")[0].split(":")[0] for line in installed if line}
    assert {unquote(purl).split("/")[2].split("@")[0] for purl in named if purl.startswith("pkg:deb/")} == debian


@pytest.mark.parametrize("name", WITH_DATA)
async def test_a_service_migrates_serves_works_and_ends_on_a_read_only_root(
    images: dict[str, Image], installation: tuple[str, str, Places], name: str
) -> None:
    admin, redis, places = installation
    image, prefix = images[name], name.upper()
    urls = await provision(admin, name, secret=keys.install_secret(places))
    key = keys.client_key(places, name)

    def inside(words: list[str], settings: dict[str, str]) -> list[str]:
        return command_of(image, words, settings, admin, key)

    owner = {f"{prefix}_OWNER_DATABASE_URL": urls["owner"]}
    run(inside(["alembic", "-c", f"services/{name}/alembic.ini", "upgrade", "head"], owner))
    settings = {
        "STARTKLAR_ENVIRONMENT": "production",
        "STARTKLAR_PUBLIC_URL": ISSUER,
        "STARTKLAR_ISSUER": ISSUER,
        "STARTKLAR_JWKS_URL": f"http://127.0.0.1:1{JWKS_PATH}",
        "STARTKLAR_REDIS_URL": redis,
        "STARTKLAR_SERVICE_URLS": json.dumps(dict.fromkeys(SERVICES, "http://127.0.0.1:1")),
        f"{prefix}_DATABASE_URL": urls["app"],
        f"{prefix}_RELAY_DATABASE_URL": urls["relay"],
        f"{prefix}_FILE_KEY": keys.file_key(places, name),
        f"{prefix}_CLIENT_KEY_FILE": KEY,
    }
    run(inside(["python", "-m", "shared.kit.await_schema", name], settings))
    port = free_port()
    # The image's own command, on a port of this machine that is free.
    web = [word.replace("8000", str(port)) for word in image.config["Cmd"]]
    with started(inside(web, settings)) as process:
        assert answers(f"http://127.0.0.1:{port}/readyz", process) == 200
    with (
        started(inside(["python", "-m", f"services.{name}.worker"], settings)) as process,
        pytest.raises(subprocess.TimeoutExpired),
    ):
        process.wait(5)


def test_the_gateways_image_runs_a_configuration_that_envoy_takes(
    images: dict[str, Image], installation: tuple[str, str, Places]
) -> None:
    admin, _, places = installation
    words = ["envoy", "--mode", "validate", "--config-path", "/etc/envoy/envoy.json"]
    key = keys.client_key(places, "identity")
    said = run(command_of(images["gateway"], words, {"PATH": "/usr/local/bin:/usr/bin:/bin"}, admin, key))
    assert "OK" in said
